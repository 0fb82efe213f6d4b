import HTTPServer
import HTTPTypes
import Horde
import JSONText
import OpenAI
import OpenCode
import Prompting
import Testing

@testable import Gateway

@Suite struct OpenCodeListingTests {
    private static func worker(
        _ name: String,
        context: Int,
        length: Int = 512,
        threads: Int = 1,
        speed: Double = 10
    ) -> Worker {
        Worker(
            models: [name],
            maxLength: length,
            maxContextLength: context,
            threads: threads,
            tokensPerSecond: speed
        )
    }

    private static func catalog(_ workers: [Worker]) -> Catalog {
        Catalog(supply: Catalog.Supply(workers: workers), formats: .builtIn, created: 0)
    }

    @Test func `limits are the largest of the workers, and tools and thinking are the format's`() {
        let document = Self.catalog([
            Self.worker("koboldcpp/Qwen3-8B", context: 16_384, length: 300),
            Self.worker("koboldcpp/Qwen3-8B", context: 32_768, length: 400),
            Self.worker("koboldcpp/Pygmalion-6b", context: 20_000, threads: 9, speed: 99),
            Self.worker("koboldcpp/Small", context: 8192),
        ]).openCode(baseURL: "http://h/v1")
        let models = document.provider["models"]
        #expect(models?.object?.members.map(\.key) == ["koboldcpp/Pygmalion-6b", "koboldcpp/Qwen3-8B"])
        #expect(models?["koboldcpp/Qwen3-8B"]?["limit"] == ["context": 32_768, "output": 16_384])
        #expect(models?["koboldcpp/Qwen3-8B"]?["tool_call"] == true)
        #expect(models?["koboldcpp/Qwen3-8B"]?["reasoning"] == true)
        #expect(models?["koboldcpp/Pygmalion-6b"]?["tool_call"] == false)
        #expect(models?["koboldcpp/Pygmalion-6b"]?["reasoning"] == false)
        #expect(document.model == "horde/koboldcpp/Qwen3-8B" && document.smallModel == "horde/koboldcpp/Pygmalion-6b")
        #expect(document.provider["options"]?["baseURL"] == "http://h/v1")
    }

    @Test(
        arguments: [
            ("localhost:8080", nil, "http://localhost:8080/v1"),
            ("[::1]:8080", nil, "http://[::1]:8080/v1"),
            ("horde.example", "https", "https://horde.example/v1"),
            ("horde.example", "wss", "http://horde.example/v1"),
            ("", nil, "http://localhost:8080/v1"),
            ("a b", nil, "http://localhost:8080/v1"),
            ("a/{env:X}", "https", "http://localhost:8080/v1"),
            (nil, nil, "http://localhost:8080/v1"),
        ] as [(String?, String?, String)]
    )
    func `the base URL is the one the client came by`(host: String?, scheme: String?, url: String) {
        var fields = HTTPFields()
        if let host { fields[.named("Host")] = host }
        if let scheme { fields[.named("X-Forwarded-Proto")] = scheme }
        #expect(OpenCodeReply.baseURL(fields, scheme: "http") == url)
    }

    @Test func `the answer is the document, or an honest 503`() throws {
        let catalog = Self.catalog([Self.worker("m", context: 32_768)])
        let reply = OpenCodeReply.of(catalog, [:], scheme: "http")
        #expect(reply.status == .ok)
        #expect(try JSON(parsing: reply.body) == catalog.openCode(baseURL: OpenCodeDocument.baseURLDefault).json)
        let none = OpenCodeReply.of(Self.catalog([Self.worker("m", context: 100)]), [:], scheme: "http")
        #expect(none.status == .serviceUnavailable && none.fields[.retryAfter] == "60")
    }
}
