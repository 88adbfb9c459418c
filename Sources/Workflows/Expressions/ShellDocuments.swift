/// The documents in a command line of the shell: the lines after `<<END` up to a line that is `END`.
struct ShellDocuments {
    /// The words that end the documents that begin at the next line.
    private var waiting: [String] = []
    /// The word after `<<` that is being read.
    private var word: String?
    private var quote: Unicode.Scalar?
    private var line = ""
    private var isActive = false
    /// Substitutions in the document that are open.
    private var brackets = 0
    private var hasOpenBackquote = false
    private var continuesLine = false

    /// Whether a document ended within a substitution or a continued line, where shells differ.
    private(set) var isAmbiguous = false

    /// Whether the word after `<<` is being read.
    var isReadingWord: Bool { word != nil }

    /// Whether the place is in a document.
    var isInside: Bool { isActive }

    /// Moves past a character in a document; false outside of one.
    mutating func takes(_ scalar: Unicode.Scalar) -> Bool {
        guard isActive else { return false }
        guard scalar == "\n" else {
            if scalar == "(", line.hasSuffix("$") { brackets += 1 }
            if scalar == ")", brackets > 0 { brackets -= 1 }
            if scalar == "`" { hasOpenBackquote.toggle() }
            line.unicodeScalars.append(scalar)
            return true
        }
        // Of `<<-END`, tabs before the word do not count.
        if line.drop(while: { $0 == "\t" }) == waiting.first.map({ $0[...] }) {
            if brackets > 0 || hasOpenBackquote || continuesLine { isAmbiguous = true }
            waiting.removeFirst()
            isActive = !waiting.isEmpty
            brackets = 0
            hasOpenBackquote = false
        }
        continuesLine = line.hasSuffix("\\")
        line = ""
        return true
    }

    /// Looks for `<<` outside of documents.
    mutating func follow(
        _ scalar: Unicode.Scalar,
        _ previous: Unicode.Scalar,
        _ beforePrevious: Unicode.Scalar
    ) {
        if let begun = word {
            switch scalar {
            case quote: quote = nil
            case _ where quote != nil: word = begun + String(scalar)
            case "<" where begun.isEmpty: word = nil
            case "-" where begun.isEmpty, " " where begun.isEmpty, "\t" where begun.isEmpty: break
            case "'", "\"": quote = scalar
            case "\\": break
            case " ", "\t", ";", "|", "&", ")", "\n":
                if !begun.isEmpty { waiting.append(begun) }
                word = nil
            default: word = begun + String(scalar)
            }
        } else if scalar == "<", previous == "<", beforePrevious != "<" {
            word = ""
        }
        if scalar == "\n" {
            isActive = !waiting.isEmpty
            continuesLine = false
        }
    }
}
