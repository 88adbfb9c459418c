import Testing

/// Compares a screen with the text it should show; trailing blanks do not count.
func expectScreen(
    _ driver: Driver,
    _ expected: String,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    let screen = driver.screen
    if screen != expected {
        Issue.record("the screen shows\n\(screen)", sourceLocation: sourceLocation)
    }
}
