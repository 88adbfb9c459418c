import HTTPServer
import Testing

/// How files are sent.
@Suite struct FileTests {
    @Test(
        arguments: [
            ("bytes=0-4", .part(0..<5)), ("bytes=5-", .part(5..<10)), ("bytes=-3", .part(7..<10)),
            ("bytes=8-99", .part(8..<10)), ("bytes=0-9223372036854775807", .part(0..<10)),
            ("bytes=-99", .part(0..<10)), ("lines=1-2", .all), ("bytes=0-1,4-5", .all), ("", .all),
            ("bytes=10-", .none), ("bytes=5-4", .none), ("bytes=-0", .none),
            ("bytes=99-100", .none),
            ("bytes=a-b", .none),
        ] as [(String, ByteRange)]
    )
    func rangesAreRead(header: String, expected: ByteRange) {
        #expect(ByteRange(header, size: 10) == expected)
    }

    @Test(arguments: [
        ("a.txt", "text/plain; charset=utf-8"), ("MLmodel", "text/plain; charset=utf-8"),
        ("x.LOG", "text/plain; charset=utf-8"), ("page.html", "text/plain; charset=utf-8"),
        ("a.svg", "text/plain; charset=utf-8"), ("a.xhtml", "text/plain; charset=utf-8"),
        ("b.png", "image/png"), ("b.JPG", "image/jpeg"), ("b.pkl", "application/octet-stream"),
        ("model.safetensors", "application/octet-stream"), ("none", "application/octet-stream"),
        (".png", "image/png"), ("a.", "application/octet-stream"),
    ])
    func aFilesTypeFollowsItsEnding(name: String, type: String) {
        #expect(DownloadHeaders.type(of: name) == type)
    }

    @Test(arguments: [
        ("a.txt", "attachment; filename=a.txt"), ("a b.txt", "attachment; filename=\"a b.txt\""),
        ("a\"b\\c;d", "attachment; filename=\"a\\\"b\\\\c;d\""),
        ("100%.txt", "attachment; filename=\"100%.txt\""),
        ("a\r\nX: y", "attachment; filename=\"a__X: y\""),
        (
            "한글.txt",
            "attachment; filename=download.txt; filename*=UTF-8''%ED%95%9C%EA%B8%80.txt"
        ),
        ("é b", "attachment; filename=\" b\"; filename*=UTF-8''%C3%A9%20b"),
    ])
    func anyFileNameIsEncodedInTheHeader(name: String, header: String) {
        #expect(DownloadHeaders.disposition(of: name) == header)
    }
}
