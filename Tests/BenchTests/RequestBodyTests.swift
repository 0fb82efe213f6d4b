import JSONText
import OpenAI
import Testing

@testable import Bench

@Suite struct RequestBodyTests {
    @Test(arguments: [64, 4096, 65_536, 500_000])
    func `a conversation has the size that was asked for`(bytes: Int) throws {
        var plan = LoadPlan(target: "http://127.0.0.1/v1")
        plan.promptBytes = bytes
        let body = RequestBody.bytes(for: plan)
        #expect((bytes...bytes + 200).contains(body.count))
        #expect(try JSON(parsing: body)["messages"]?[0]?["content"]?.string?.utf8.count == bytes)
    }

    @Test func `an agent's request has its tools, a history of calls, and the size that was asked for`() throws {
        var plan = LoadPlan(target: "http://127.0.0.1/v1")
        (plan.promptBytes, plan.tools, plan.isStreaming) = (65_536, 12, true)
        let bytes = RequestBody.bytes(for: plan)
        #expect((62_000...69_000).contains(bytes.count))
        let request = try ChatCompletionRequest(decoding: bytes)
        #expect(request.tools.count == 12)
        let roles = try JSON(parsing: bytes)["messages"]?.array?.compactMap { $0["role"]?.string } ?? []
        #expect(roles.count > 20)
        #expect(roles.first == "system" && roles.last == "user")
        #expect(Set(roles) == ["system", "user", "assistant", "tool"])
    }
}
