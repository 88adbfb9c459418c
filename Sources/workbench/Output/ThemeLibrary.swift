import Platform
import TerminalUI
import Workspace

/// The available themes: the two embedded ones and the files in `themes/`.
struct ThemeLibrary {
    private(set) var themes: [Theme] = []
    /// The files that could not be read, and why.
    private(set) var problems: [String] = []

    init(_ resources: ResourceFolders) {
        var files: [String: ThemeFile] = [:]
        for file in [ThemeFile.dark, .light] { files[file.name] = file }
        if let folder = resources.folder(named: "themes") {
            for name in Files.names(in: folder) where name.hasSuffix(".yaml") {
                guard let bytes = (try? Files.read("\(folder)/\(name)")) ?? nil else { continue }
                let theme = String(name.dropLast(".yaml".count))
                files[theme] = ThemeFile(
                    name: theme,
                    file: "\(folder)/\(name)",
                    text: String(decoding: bytes, as: UTF8.self)
                )
            }
        }
        let order =
            ["dark", "light"] + files.keys.filter { $0 != "dark" && $0 != "light" }.sorted()
        for name in order {
            guard let file = files[name] else { continue }
            do {
                themes.append(try file.theme { files[$0] })
            } catch {
                problems.append("\(error)")
                // The embedded ones always parse; a broken file falls back to them.
                let embedded = name == "dark" ? ThemeFile.dark : name == "light" ? .light : nil
                if let embedded, let theme = try? embedded.theme(parent: { _ in nil }) {
                    themes.append(theme)
                }
            }
        }
    }
}
