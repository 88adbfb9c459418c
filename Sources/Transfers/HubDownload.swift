internal import AsyncHTTPClient
internal import FoundationEssentials
internal import Glibc
internal import NIOCore
internal import NIOHTTP1
internal import Platform

/// Downloads files from the Hugging Face hub or a compatible server.
package struct HubDownload: Sendable {
    let configuration: HubConfiguration
    static let redirectLimit = 8
    /// More than any repository's file list.
    private static let maxListingByteCount = 32 << 20

    /// The server does not support ranges.
    private struct RangesUnknown: Error {}

    /// Creates a download from a hub.
    package init(_ configuration: HubConfiguration) {
        self.configuration = configuration
    }

    /// The contents of a repository at a branch, tag or commit, as the hub's JSON.
    ///
    /// - Throws: ``TransferError`` for failures of the hub.
    package func listing(of repository: String, revision: String) async throws -> [UInt8] {
        let quoted = Self.quoted(revision)
        let address = "\(base)/api/models/\(repository)/revision/\(quoted)?blobs=true"
        let body = try await withClient { client in
            let response = try await open(address, range: nil, client)
            guard response.status.code == 200 else {
                let isMissing = [401, 404].contains(response.status.code)
                guard isMissing, configuration.token == nil || response.status.code == 404 else {
                    throw refusal(response)
                }
                // The hub hides private repositories from clients without a token.
                throw failure(
                    "it has no \(repository) at \(revision)"
                        + (configuration.token == nil
                            ? ", or requires a token (set HF_TOKEN)." : ".")
                )
            }
            do {
                return try await response.body.collect(upTo: Self.maxListingByteCount)
            } catch {
                try Task.checkCancellation()
                throw failure("its list of files is incomplete: \(Self.reason(error)).")
            }
        }
        return Array(body.readableBytesView)
    }

    /// Downloads the missing bytes of a file of `byteCount` bytes to `path`.
    ///
    /// Large files use several connections. A dropped connection is resumed as long as bytes
    /// arrive.
    ///
    /// - Throws: ``TransferError`` for failures of the hub, `PlatformError` for failures of this
    ///   machine.
    package func fetch(
        _ file: String,
        in repository: String,
        revision: String = "main",
        to path: String,
        byteCount: Int,
        report: @escaping @Sendable (Int) -> Void
    ) async throws {
        let address =
            "\(base)/\(repository)/resolve/\(Self.quoted(revision))/"
            + file.split(separator: "/").map { Self.quoted(String($0)) }.joined(separator: "/")
        var gathering = try PartGathering(
            path: path,
            byteCount: byteCount,
            connections: configuration.connections
        )
        try await withClient { client in
            do {
                try await fetch(gathering, address, client, report)
            } catch is RangesUnknown {
                gathering = try gathering.inOnePart()
                try await fetch(gathering, address, client, report)
            }
        }
        let whole = gathering
        try await onOwnThread { _ in try whole.join() }
    }

    private func fetch(
        _ gathering: PartGathering,
        _ address: String,
        _ client: HTTPClient,
        _ report: @escaping @Sendable (Int) -> Void
    ) async throws {
        let progress = PartProgress(gathering.missing.count, settled: gathering.settled, report)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (index, part) in gathering.missing.enumerated() {
                group.addTask {
                    try await fetch(
                        part,
                        of: gathering.byteCount,
                        address,
                        client
                    ) { progress.update(index, $0) }
                }
            }
            try await group.waitForAll()
        }
    }

    private func fetch(
        _ part: FilePart,
        of byteCount: Int,
        _ address: String,
        _ client: HTTPClient,
        report: (Int) -> Void
    ) async throws {
        let partial = try PartialFile(path: part.path)
        if partial.byteCount > part.range.count { try partial.clear() }
        let isWhole = part.range.count == byteCount
        while partial.byteCount != part.range.count {
            let before = partial.byteCount
            let start = part.range.lowerBound + before
            let range =
                isWhole
                ? before > 0 ? "bytes=\(before)-" : nil
                : "bytes=\(start)-\(part.range.upperBound - 1)"
            let response = try await open(address, range: range, client)
            try prepare(partial, for: response, part, byteCount: byteCount)
            report(partial.byteCount)
            do {
                try await receive(response, into: partial, part, report: report)
            } catch let error as TransferError {
                throw error
            } catch let error as PlatformError {
                throw error
            } catch is CancellationError {
                throw CancellationError()
            } catch {
                try Task.checkCancellation()
                guard partial.byteCount > before else {
                    throw failure("the connection was lost: \(Self.reason(error)).")
                }
                continue
            }
            guard partial.byteCount == part.range.count else {
                throw failure("it sent \(partial.byteCount) bytes of \(part.range.count).")
            }
        }
        report(partial.byteCount)
        try partial.synchronize()
    }

    private func withClient<Result: Sendable>(
        _ body: (HTTPClient) async throws -> Result
    ) async throws -> Result {
        var settings = HTTPClient.Configuration(
            redirectConfiguration: .disallow,
            timeout: .init(
                connect: TimeAmount(configuration.connectTimeout),
                read: TimeAmount(configuration.idleTimeout)
            )
        )
        settings.connectionPool.retryConnectionEstablishment = false
        return try await HTTPClient.withHTTPClient(configuration: settings, body)
    }

    private var base: Substring {
        configuration.endpoint.hasSuffix("/")
            ? configuration.endpoint.dropLast() : configuration.endpoint[...]
    }

    /// A part of an address's path with reserved characters escaped.
    private static func quoted(_ part: String) -> String {
        part.utf8.reduce(into: "") { result, byte in
            let isPlain =
                "._-~".utf8.contains(byte) || (0x30...0x39).contains(byte)
                || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
            let digits = String(byte, radix: 16, uppercase: true)
            result +=
                isPlain ? String(UnicodeScalar(byte)) : "%" + (digits.count < 2 ? "0" : "") + digits
        }
    }

    /// Truncates the partial file to where the response begins.
    private func prepare(
        _ partial: PartialFile,
        for response: HTTPClientResponse,
        _ part: FilePart,
        byteCount: Int
    ) throws {
        let isWhole = part.range.count == byteCount
        switch response.status.code {
        case 200:
            guard isWhole else { throw RangesUnknown() }
            try partial.clear()
        case 206:
            let range = response.headers.first(name: "Content-Range") ?? ""
            guard range.hasPrefix("bytes \(part.range.lowerBound + partial.byteCount)-") else {
                throw failure("it sent another range than was requested (\(range)).")
            }
            if !isWhole, let total = range.split(separator: "/").last.flatMap({ Int($0) }),
                total != byteCount
            {
                throw failure("its file has \(total) bytes, the model \(byteCount).")
            }
        case 416:
            // The local bytes are of a larger file than the hub's.
            try partial.clear()
            throw failure("its file is smaller than what was already downloaded.")
        default: throw refusal(response)
        }
        if isWhole,
            let length = response.headers.first(name: "Content-Length").flatMap({ Int($0) })
        {
            let (count, overflow) = partial.byteCount.addingReportingOverflow(length)
            guard overflow || count != byteCount else { return }
            throw failure(
                "its file has \(overflow ? "more than \(Int.max)" : "\(count)") bytes, "
                    + "the model \(byteCount)."
            )
        }
    }

    private func refusal(_ response: HTTPClientResponse) -> TransferError {
        switch response.status.code {
        case 401, 403:
            failure(
                configuration.token == nil
                    ? "it requires a token (set HF_TOKEN)."
                    : "it did not accept the token in HF_TOKEN."
            )
        case 404: failure("it does not have the file.")
        default: failure("it answered \(response.status.code) \(response.status.reasonPhrase).")
        }
    }

    private func receive(
        _ response: HTTPClientResponse,
        into partial: PartialFile,
        _ part: FilePart,
        report: (Int) -> Void
    ) async throws {
        for try await chunk in response.body {
            guard partial.byteCount + chunk.readableBytes <= part.range.count else {
                try partial.clear()
                throw failure("it sent more than the \(part.range.count) bytes of the model.")
            }
            try chunk.withUnsafeReadableBytes { try partial.append($0) }
            report(partial.byteCount)
        }
    }
}

extension TimeAmount {
    fileprivate init(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        self = .nanoseconds(seconds * 1_000_000_000 + attoseconds / 1_000_000_000)
    }
}
