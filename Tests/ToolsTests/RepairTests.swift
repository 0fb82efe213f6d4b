// Asking again, and choosing among several answers.

import JSONText
import OpenAI
import Testing

@testable import Tools

struct RepairTests {
    @Test func `a model is told the first three problems`() throws {
        let output = try StructuredOutputTests.output(nil)
        let repair = output.repair(.invalid(#"{"a":1}"#, problems: ["one", "two", "three", "four"]), of: "raw")
        let complaint = "That JSON is invalid: one; two; three. Send the corrected JSON only."
        #expect(
            repair == [
                ChatMessage(role: .assistant, content: #"{"a":1}"#), ChatMessage(role: .user, content: complaint),
            ]
        )
    }

    @Test func `what is no JSON is shown in part`() throws {
        let output = try StructuredOutputTests.output(nil)
        let complaint = ChatMessage(role: .user, content: "That is not JSON. Send the JSON only.")
        #expect(output.repair(.none, of: "") == [complaint])
        #expect(output.repair(.none, of: " No. ") == [ChatMessage(role: .assistant, content: "No."), complaint])
        #expect(output.repair(.none, of: String(repeating: "x", count: 5_000))[0].content.utf8.count == 1_000)
    }

    @Test func `what is valid or was cut is not asked for again`() throws {
        let output = try StructuredOutputTests.output(nil)
        #expect(output.repair(.valid("{}"), of: "{}").isEmpty && output.repair(.cut("{}"), of: "{").isEmpty)
    }

    @Test(
        arguments: [
            ([], nil), ([.none], 0), ([.none, .cut("{}")], 1), ([.cut("{}"), .invalid("{}", problems: ["a"])], 1),
            ([.invalid("1", problems: ["a", "b"]), .invalid("2", problems: ["a"])], 1),
            ([.invalid("1", problems: ["a"]), .invalid("2", problems: ["b"])], 0),
            ([.invalid("1", problems: ["a"]), .none, .valid("{}"), .valid("[]")], 2),
        ] as [([StructuredOutput.Result], Int?)]
    )
    func `the best of several answers has the fewest problems`(results: [StructuredOutput.Result], best: Int?) {
        #expect(StructuredOutput.best(of: results) == best)
    }
}
