/// MLflow's tables for the registry at revision `bda7b8c39065` (MLflow 3.17.2), with its names, types
/// and keys.
package let registryTables = """
    CREATE TABLE registered_models (
        name VARCHAR(256) NOT NULL,
        creation_time BIGINT,
        last_updated_time BIGINT,
        description VARCHAR(5000),
        CONSTRAINT registered_model_pk PRIMARY KEY (name)
    );
    CREATE TABLE registered_model_tags (
        key VARCHAR(250) NOT NULL,
        value VARCHAR(5000),
        name VARCHAR(256) NOT NULL,
        CONSTRAINT registered_model_tag_pk PRIMARY KEY (key, name),
        FOREIGN KEY (name) REFERENCES registered_models (name) ON UPDATE CASCADE
    );
    CREATE TABLE registered_model_aliases (
        alias VARCHAR(256) NOT NULL,
        version INTEGER NOT NULL,
        name VARCHAR(256) NOT NULL,
        CONSTRAINT registered_model_alias_pk PRIMARY KEY (name, alias),
        CONSTRAINT registered_model_alias_name_fkey FOREIGN KEY (name) REFERENCES registered_models (name) ON DELETE CASCADE ON UPDATE CASCADE
    );
    CREATE TABLE model_versions (
        name VARCHAR(256) NOT NULL,
        version INTEGER NOT NULL,
        creation_time BIGINT,
        last_updated_time BIGINT,
        description VARCHAR(5000),
        user_id VARCHAR(256),
        current_stage VARCHAR(20),
        source VARCHAR(500),
        run_id VARCHAR(32),
        status VARCHAR(20),
        status_message VARCHAR(500),
        run_link VARCHAR(500),
        storage_location VARCHAR(500),
        CONSTRAINT model_version_pk PRIMARY KEY (name, version),
        FOREIGN KEY (name) REFERENCES registered_models (name) ON UPDATE CASCADE
    );
    CREATE TABLE model_version_tags (
        key VARCHAR(250) NOT NULL,
        value TEXT,
        name VARCHAR(256) NOT NULL,
        version INTEGER NOT NULL,
        CONSTRAINT model_version_tag_pk PRIMARY KEY (key, name, version),
        FOREIGN KEY (name, version) REFERENCES model_versions (name, version) ON UPDATE CASCADE
    );
    """
