import Screens
import TerminalUI
import Testing
import Workspace

@Suite struct SizeTests {
    static let widths =
        Array(1...60) + Array(stride(from: 63, through: 200, by: 7)) + [80, 99, 100, 200]
    static let heights = Array(1...30) + [35, 47, 60]

    static let scenes: [(String, @Sendable () -> Driver)] = [
        ("opening", { Driver() }),
        ("empty", { Driver.opened(models: [.missing], datasets: []) }),
        ("run", { RunScreenTests.live() }),
        ("form", { RunScreenTests.live().after("t") }),
        ("help", { RunScreenTests.live().after("?") }),
        ("palette", { RunScreenTests.live().after("ctrl+p") }),
        ("leaving", { RunScreenTests.live().after("q") }),
        ("command", { RunScreenTests.live().after(":") }),
        ("data", { DataScreenTests.data() }),
        ("rows", { DataScreenTests.opened() }),
        ("adding", { DataScreenTests.data().after("a") }),
        ("compare", { RunScreenTests.live().after("3") }),
        ("registry", { RunScreenTests.live().after("4") }),
        ("chat", { RunScreenTests.live().after("5") }),
        ("flows", { Driver.flows() }),
        ("tasks", { Driver.flows().after("enter") }),
        ("task log", { Driver.flows().after("enter", "l") }),
        ("timeline", { Driver.flows().after("enter", "v") }),
        ("schedules", { Driver.flows().after("f") }),
        ("flow form", { Driver.flowForm() }),
        ("alerts", { Driver.flows().after("!") }),
        ("no flow", { RunScreenTests.live().after("6") }),
    ]

    @Test(arguments: scenes.indices)
    func everySceneFitsEverySize(index: Int) {
        var driver = Self.scenes[index].1()
        for width in Self.widths {
            for height in Self.heights {
                driver.take(.input(.resize(Size(width: width, height: height))))
                let cells = driver.state.drawn().cells
                #expect(cells.size == Size(width: width, height: height))
            }
        }
    }

    @Test func keysWorkAtTheSmallestSizes() {
        for (width, height) in [(1, 1), (2, 2), (5, 3), (20, 3), (39, 8), (40, 8)] {
            var driver = RunScreenTests.live(width: width, height: height)
            for key in ["t", "pgdn", "esc", "1", "enter", "pgdn", "end", "?", "pgdn", "esc"]
                as [Key]
            {
                driver.press(key)
                _ = driver.screen
            }
            #expect(driver.state.overlay == nil)
        }
    }

    @Test func smallScreenKeepsTheFigures() {
        for width in 20...39 {
            let screen = RunScreenTests.live(width: width, height: 3).screen
            for figure in ["1.8", "24/60", "1m12s", "581"] {
                #expect(screen.contains(figure), "\(width) columns: \(screen)")
            }
        }
    }
}

extension Driver {
    func after(_ keys: Key...) -> Driver {
        var driver = self
        for key in keys { driver.press(key) }
        return driver
    }
}
