/// The embedded themes; equal to those in `themes/`.
extension ThemeFile {
    /// The default on dark terminals.
    public static let dark = ThemeFile(name: "dark", file: "dark.yaml", text: darkYAML)

    /// The default on light terminals.
    public static let light = ThemeFile(name: "light", file: "light.yaml", text: lightYAML)

    private static let darkYAML = """
        # The default on dark terminals. Series and states are distinct with any kind of colour vision
        # (after Okabe and Ito); no meaning is shown by colour only.
        appearance: dark
        palette:
          ink: "#d8dce5"
          grey: "#8d95a6"
          line: "#434b5c"
          paper: "#16181d"
          sky: "#74bff2"
          orange: "#e9a23b"
          green: "#3fc39c"
          rose: "#dc96bf"
          yellow: "#efe06a"
          vermilion: "#f27b50"
        roles:
          text: ink
          muted: grey
          accent: sky
          border: line
          borderFocused: sky
          selection: { foreground: "#f4f7fb", background: "#2c405e" }
          success: green
          warning: yellow
          error: { foreground: vermilion, bold: true }
          series1: sky
          series2: orange
          series3: green
          series4: rose
          series5: yellow
          series6: vermilion
          target: { foreground: "#c8f0e2", background: "#1d4a3d" }
          background: paper

        """

    private static let lightYAML = """
        # The default on light terminals: the hues of dark.yaml, dark enough to read on paper.
        appearance: light
        palette:
          ink: "#22262e"
          grey: "#636b78"
          line: "#b9bfc9"
          paper: "#fafaf7"
          sky: "#0064a6"
          orange: "#b25f00"
          green: "#00734f"
          rose: "#a33a78"
          yellow: "#7d6500"
          vermilion: "#b93500"
        roles:
          text: ink
          muted: grey
          accent: sky
          border: line
          borderFocused: sky
          selection: { foreground: "#0e1217", background: "#c9dff5" }
          success: green
          warning: yellow
          error: { foreground: vermilion, bold: true }
          series1: sky
          series2: orange
          series3: green
          series4: rose
          series5: yellow
          series6: vermilion
          target: { foreground: "#0b4633", background: "#cdeedd" }
          background: paper

        """
}
