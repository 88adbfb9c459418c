/// The parts of published `tokenizer.json` files besides their vocabularies, each with a few words.
enum TokenizerHeaders {
    static let all: [String] = [
        gpt2, llama3, qwen2, starCoder, deepSeek, falcon, llama2, mistral, gemma,
    ]

    /// GPT-2's.
    static let gpt2 = bytes(
        preTokenizer: #"{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true}"#
    )
    /// Llama 3's.
    static let llama3 = bytes(
        preTokenizer: split(
            #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"#
        ),
        postProcessor: #"""
            {"type":"Sequence","processors":[{"type":"ByteLevel","add_prefix_space":true,"trim_offsets":false,"use_regex":true},
            {"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"<s>","type_id":0}},{"Sequence":{"id":"A","type_id":0}}],
            "pair":[{"SpecialToken":{"id":"<s>","type_id":0}},{"Sequence":{"id":"A","type_id":0}}],
            "special_tokens":{"<s>":{"id":"<s>","ids":[9],"tokens":["<s>"]}}}]}
            """#,
        ignoresMerges: true
    )
    /// Qwen 2's.
    static let qwen2 = bytes(
        normalizer: #"{"type":"NFC"}"#,
        preTokenizer: split(
            #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"#
        )
    )
    /// StarCoder's and SmolLM's.
    static let starCoder = bytes(
        preTokenizer: #"""
            {"type":"Sequence","pretokenizers":[{"type":"Digits","individual_digits":true},
            {"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":true}]}
            """#
    )
    /// DeepSeek's.
    static let deepSeek = bytes(
        preTokenizer: #"""
            {"type":"Sequence","pretokenizers":[
            {"type":"Split","pattern":{"Regex":"\\p{N}{1,3}"},"behavior":"Isolated","invert":false},
            {"type":"Split","pattern":{"Regex":"[一-龥぀-ゟ゠-ヿ]+"},"behavior":"Isolated","invert":false},
            {"type":"Split","pattern":{"Regex":"[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\\r\\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+| ?[\\p{P}\\p{S}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"},"behavior":"Isolated","invert":false},
            {"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":false}]}
            """#
    )
    /// Falcon's.
    static let falcon = bytes(
        preTokenizer: #"""
            {"type":"Sequence","pretokenizers":[{"type":"Punctuation","behavior":"Contiguous"},
            {"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":true},
            {"type":"Digits","individual_digits":false},
            {"type":"Split","pattern":{"Regex":"[0-9][0-9][0-9]"},"behavior":"Isolated","invert":false}]}
            """#
    )
    /// Llama 2's.
    static let llama2 = characters(
        normalizer: #"""
            {"type":"Sequence","normalizers":[{"type":"Prepend","prepend":"▁"},
            {"type":"Replace","pattern":{"String":" "},"content":"▁"}]}
            """#,
        preTokenizer: "null"
    )
    /// Mistral's later ones.
    static let mistral = characters(
        normalizer: "null",
        preTokenizer:
            #"{"type":"Metaspace","replacement":"▁","prepend_scheme":"first","split":false}"#
    )
    /// Gemma's.
    static let gemma = characters(
        normalizer: #"{"type":"Replace","pattern":{"String":" "},"content":"▁"}"#,
        preTokenizer: #"""
            {"type":"Split","pattern":{"String":" "},"behavior":"MergedWithPrevious","invert":false}
            """#
    )

    private static func split(_ expression: String) -> String {
        #"{"type":"Sequence","pretokenizers":[{"type":"Split","pattern":{"Regex":""# + expression
            + #""},"behavior":"Isolated","invert":false},"#
            + #"{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":false}]}"#
    }

    private static func bytes(
        normalizer: String = "null",
        preTokenizer: String,
        postProcessor: String = "null",
        ignoresMerges: Bool = false
    ) -> String {
        file(
            normalizer: normalizer,
            preTokenizer: preTokenizer,
            postProcessor: postProcessor,
            decoder:
                #"{"type":"ByteLevel","add_prefix_space":true,"trim_offsets":true,"use_regex":true}"#,
            model: #"""
                "unk_token":null,"fuse_unk":false,"byte_fallback":false,"ignore_merges":\#(ignoresMerges),
                "vocab":{"a":0,"b":1,"c":2,"Ġ":3,"1":4,"Ċ":5,"ab":6,"Ġa":7,"abc":8,"<s>":9},
                "merges":["a b","Ġ a",["ab","c"]]
                """#.replacing(#",["ab","c"]"#, with: #","ab c""#)
        )
    }

    private static func characters(normalizer: String, preTokenizer: String) -> String {
        file(
            normalizer: normalizer,
            preTokenizer: preTokenizer,
            postProcessor: #"""
                {"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"<s>","type_id":0}},{"Sequence":{"id":"A","type_id":0}}],
                "pair":[],"special_tokens":{"<s>":{"id":"<s>","ids":[9],"tokens":["<s>"]}}}
                """#,
            decoder: #"""
                {"type":"Sequence","decoders":[{"type":"Replace","pattern":{"String":"▁"},"content":" "},
                {"type":"ByteFallback"},{"type":"Fuse"},{"type":"Strip","content":" ","start":1,"stop":0}]}
                """#,
            model: #"""
                "unk_token":"<unk>","fuse_unk":true,"byte_fallback":true,"ignore_merges":false,
                "vocab":{"<unk>":0,"a":1,"b":2,"▁":3,"<0x0A>":4,"<0xEA>":5,"ab":6,"▁a":7,"▁▁":8,"<s>":9},
                "merges":[["a","b"],["▁","a"],["▁","▁"]]
                """#
        )
    }

    private static func file(
        normalizer: String,
        preTokenizer: String,
        postProcessor: String,
        decoder: String,
        model: String
    ) -> String {
        #"""
        {"version":"1.0","truncation":null,"padding":null,
        "added_tokens":[{"id":9,"content":"<s>","single_word":false,"lstrip":false,"rstrip":false,"normalized":false,"special":true},
        {"id":10,"content":"<tool>","single_word":true,"lstrip":true,"rstrip":true,"normalized":true,"special":false}],
        "normalizer":\#(normalizer),"pre_tokenizer":\#(preTokenizer),"post_processor":\#(postProcessor),"decoder":\#(decoder),
        "model":{"type":"BPE","dropout":null,"continuing_subword_prefix":null,"end_of_word_suffix":null,
        \#(model)}}
        """#
    }
}
