package import JSONText
import OpenAI

/// The configuration of opencode for the models that are live: our provider and the models chosen from it.
///
/// This target knows opencode's configuration file and nothing of Horde or of HTTP, and it does no I/O. The constraints are
/// those of opencode's own schema: one wrong type, or a `null`, and opencode does not start. `OpenCodeMerge` puts the document
/// into a file that a person has written; `JSONC` reads and edits such a file.
package struct OpenCodeDocument: Equatable, Sendable {
    /// The id of the provider, which is the part of a model's reference in front of the first slash.
    ///
    /// opencode gives a meaning of its own to ids that begin with `openai` or `opencode`, or contain `anthropic`, `litellm`
    /// or a dot.
    package static let providerID = "horde"
    /// Where `interposer serve` listens when nothing else is said.
    package static let baseURLDefault = "http://localhost:8080/v1"
    /// The smallest context that is of use, in tokens: opencode's first request alone has about eleven thousand.
    package static let contextTokensDefault = 16_000
    /// The longest silence in a stream, in milliseconds, until opencode gives up; older versions take no `false` here.
    static let chunkTimeoutMilliseconds = 900_000

    /// The value of `provider.horde`.
    package let provider: JSONObject
    /// The references of all models, as `horde/NAME`, in the order of their names.
    package let references: [String]
    /// The most available model that can do the work, as `horde/NAME`; nil when there is none at all.
    package let model: String?
    /// The fastest model, as `horde/NAME`; nil when there is none.
    package let smallModel: String?

    /// The document for the models that are live.
    ///
    /// - Parameters:
    ///   - models: what the workers serve, in any order, each name once.
    ///   - baseURL: where opencode finds the server, with the `/v1` at the end.
    ///   - contextTokensMin: models with a smaller context are left out, since opencode cannot work with them.
    package init(
        models: [OpenCodeModel],
        baseURL: String = Self.baseURLDefault,
        contextTokensMin: Int = Self.contextTokensDefault
    ) {
        let models = models.filter { $0.contextTokens >= contextTokensMin && $0.isSafe }.sorted { $0.name < $1.name }
        provider = Self.provider(models, baseURL: baseURL)
        references = models.map { Self.reference($0) }
        model = models.min { $0.isBetterChoice(than: $1) }.map { Self.reference($0) }
        smallModel = models.min { $0.isFaster(than: $1) }.map { Self.reference($0) }
    }

    /// Whether no model is left, so that there is nothing to configure.
    package var isEmpty: Bool { references.isEmpty }

    /// The whole document, as a new file has it.
    package var json: JSON {
        let all: JSONObject = [
            "$schema": "https://opencode.ai/config.json",
            "model": JSON(model),
            "small_model": JSON(smallModel),
            "provider": [Self.providerID: .object(provider)],
        ]
        return .object(JSONObject(all.members.filter { !$0.value.isNull }))
    }
}

extension OpenCodeDocument {
    private static func reference(_ model: OpenCodeModel) -> String { "\(providerID)/\(model.name)" }

    private static func provider(_ models: [OpenCodeModel], baseURL: String) -> JSONObject {
        let titles = titles(models)
        return [
            "npm": "@ai-sdk/openai-compatible",
            "name": "AI Horde",
            "options": [
                "baseURL": .string(baseURL),
                // opencode puts the variable's value here; the key itself is never written.
                "apiKey": "{env:AI_HORDE_API_KEY}",
                "timeout": false,
                "headerTimeout": false,
                "chunkTimeout": JSON(chunkTimeoutMilliseconds),
            ],
            "models": .object(
                JSONObject(zip(models, titles).map { JSONObject.Member(key: $0.name, value: entry($0, title: $1)) })
            ),
        ]
    }

    /// The key is the very name that requests use, so that no two models can meet in one key.
    private static func entry(_ model: OpenCodeModel, title: String) -> JSON {
        [
            "name": .string(title),
            "tool_call": .bool(model.hasTools),
            "reasoning": .bool(model.hasReasoning),
            "temperature": true,
            "limit": ["context": JSON(model.contextTokens), "output": JSON(model.outputTokens)],
            "modalities": ["input": ["text"], "output": ["text"]],
        ]
    }

    /// What opencode's list shows: the last part of each name, or all of it where two would look the same.
    private static func titles(_ models: [OpenCodeModel]) -> [String] {
        let lasts = models.map { $0.name.split(separator: "/").last.map(String.init) ?? $0.name }
        let counts = Dictionary(lasts.map { ($0, 1) }, uniquingKeysWith: +)
        return zip(models, lasts).map { counts[$1] == 1 ? $1 : $0.name }
    }
}
