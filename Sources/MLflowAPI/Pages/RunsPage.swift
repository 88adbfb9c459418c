import HTTPServer
import Tracking
import Workspace

/// The page at `/`, the address that MLflow's clients print: a description and the newest runs.
///
/// It has no scripts, and all texts of clients are escaped.
struct RunsPage {
    let html: String
    private static let maximumRuns = 100
    private static let maximumMetrics = 6

    init(_ tracker: TrackingService) throws {
        var query = RunQuery()
        query.limit = Self.maximumRuns
        query.details = .metrics
        let runs = try tracker.runs(query)
        let experiments = try Dictionary(
            tracker.experiments().map { ($0.id, $0.name) },
            uniquingKeysWith: { first, _ in first }
        )
        let count = try tracker.countRuns(RunQuery())
        let rows = runs.map { Self.row($0, experiments[$0.experimentID] ?? "") }
        let shown =
            count > runs.count
            ? "The newest \(runs.count) of \(count) runs."
            : count == 1 ? "1 run." : "\(count) runs."
        html = """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width">
            <title>Workbench</title>
            <style>
            :root { color-scheme: light dark }
            body { font: 15px/1.5 system-ui, sans-serif; margin: 2em auto; max-width: 75em; \
            padding: 0 1em }
            table { border-collapse: collapse; width: 100% }
            th, td { border-bottom: 1px solid #8884; padding: .3em .8em .3em 0; text-align: left; \
            vertical-align: top; overflow-wrap: anywhere }
            code { font-family: ui-monospace, monospace }
            </style>
            </head>
            <body>
            <h1>Workbench</h1>
            <p>This is the workspace's MLflow tracking server and model registry. Scripts reach it with \
            <code>MLFLOW_TRACKING_URI</code> set to this address. Curves, comparisons and the registry \
            are on the screen of <code>workbench</code>, and in <code>workbench runs list</code>.</p>
            <p>\(shown)</p>
            <table>
            <thead><tr><th>Run</th><th>Experiment</th><th>Status</th><th>Started (UTC)</th>\
            <th>Metrics</th><th>ID</th></tr></thead>
            <tbody>
            \(rows.joined(separator: "\n"))
            </tbody>
            </table>
            </body>
            </html>

            """
    }

    private static func row(_ run: RunRecord, _ experiment: String) -> String {
        let metrics = run.metrics.values.sorted { $0.key < $1.key }
        var shown = metrics.prefix(maximumMetrics).map { "\($0.key.text) \($0.value)" }
        if metrics.count > maximumMetrics { shown.append("\(metrics.count - maximumMetrics) more") }
        let cells = [
            cut(run.name), cut(experiment), run.status.rawValue.lowercased(),
            run.startTime.map(time) ?? "", shown.joined(separator: ", "), run.id,
        ]
        return "<tr>\(cells.map { "<td><bdi>\(escaped($0))</bdi></td>" }.joined())</tr>"
    }

    private static func cut(_ text: String) -> String {
        text.count > 200 ? "\(text.prefix(200))…" : text
    }

    /// Date and minute.
    private static func time(_ milliseconds: Int) -> String {
        String(WireTime.text(milliseconds).prefix(16)).replacing("T", with: " ")
    }

    /// The text with HTML's markup escaped and control characters replaced.
    static func escaped(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&#39;"
            default:
                switch scalar.properties.generalCategory {
                case .control, .format: escaped += "\u{FFFD}"
                default: escaped.unicodeScalars.append(scalar)
                }
            }
        }
        return escaped
    }

    /// The page as a reply that forbids scripts.
    var reply: Reply {
        var reply = Reply.text(html, type: "text/html; charset=utf-8")
        reply.set("Cache-Control", "no-store")
        reply.set(
            "Content-Security-Policy",
            "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
        )
        reply.set("X-Content-Type-Options", "nosniff")
        return reply
    }
}
