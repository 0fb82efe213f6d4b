import JSONText
import HTTPServer
import HTTPTypes
import OpenAI
package import OpenCode
import Prompting

extension Catalog {
    /// The configuration of opencode for the live models, of which those with a smaller context are left out.
    ///
    /// opencode finds the server at `baseURL`, which has the `/v1` at the end.
    package func openCode(
        baseURL: String,
        contextTokensMin: Int = OpenCodeDocument.contextTokensDefault,
        includesVirtual: Bool = false
    ) -> OpenCodeDocument {
        let live = entries.filter { !isOurs($0.name) }
        var models = live.map { OpenCodeModel($0.listing, of: $0, threads: $0.listing.horde.threads) }
        if includesVirtual {
            // What they would choose for opencode's requests, which have tools and about that many tokens.
            let needs = ModelNeeds(tokens: contextTokensMin, tools: true)
            models += collections(needs: needs).compactMap { listing in
                guard let best = listing.horde.models?.first.flatMap({ self[$0] }) else { return nil }
                // Without threads none becomes the default model: that one is a live one.
                return OpenCodeModel(listing, of: best, threads: 0)
            }
        }
        return OpenCodeDocument(models: models, baseURL: baseURL, contextTokensMin: contextTokensMin)
    }
}

extension OpenCodeModel {
    /// A model as it is listed, which is or stands for a live one.
    fileprivate init(_ listing: Model, of entry: Catalog.Entry, threads: Int) {
        self.init(
            name: listing.id,
            contextTokens: listing.contextLength,
            answerTokens: listing.maxCompletionTokens,
            hasTools: entry.hasTools,
            hasReasoning: entry.format.format.reasoning.name != "none",
            threads: threads,
            tokensPerSecond: listing.horde.tokensPerSecond ?? 0,
            etaSeconds: listing.horde.etaSeconds,
            queuedJobs: listing.horde.queuedJobs
        )
    }
}

/// `GET /opencode.json`: what `interposer opencode --print` prints, with the URL that the client came by.
enum OpenCodeReply {
    static func of(_ catalog: Catalog, _ fields: HTTPFields, query: String? = nil, scheme: String) -> JSONResponse {
        let includesVirtual = query?.split(separator: "&").contains("virtual=1") ?? false
        let document = catalog.openCode(baseURL: baseURL(fields, scheme: scheme), includesVirtual: includesVirtual)
        guard !document.isEmpty else {
            return JSONResponse(
                .unavailable(
                    "No model of AI Horde's that opencode can work with is known now.",
                    code: "not_ready",
                    retryAfterSeconds: 60
                )
            )
        }
        return JSONResponse(.ok, bytes: Array((document.json.text(.indented) + "\n").utf8))
    }

    /// A proxy in front that ends TLS says so; a `Host` that is none stands for the usual place.
    static func baseURL(_ fields: HTTPFields, scheme: String) -> String {
        guard let host = fields[.named("Host")], !host.isEmpty, host.utf8.allSatisfy(isPartOfHost) else {
            return OpenCodeDocument.baseURLDefault
        }
        return (fields[.named("X-Forwarded-Proto")] == "https" ? "https" : scheme) + "://\(host)/v1"
    }

    private static func isPartOfHost(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: ".-_:[]".utf8.contains(byte)
        }
    }
}
