import JSONText

// The parameters that cannot be ignored because the answer would be another than the one asked for. What is harmless to
// ignore (seed, user, store, logit_bias, verbosity, unknown keys …) is not read anywhere.

/// The parameters of a chat request that are only looked at to refuse them.
enum RefusedParameters {
    /// Why no endpoint answers with logprobs.
    static let noProbabilities = "This server does not have the probabilities of tokens."

    static func check(_ fields: FieldReader) throws(APIError) {
        try checkLogProbabilities(fields)
        try checkModalities(fields)
        try checkFunctions(fields)
    }

    private static func checkLogProbabilities(_ fields: FieldReader) throws(APIError) {
        switch fields.value("logprobs") {
        case nil, .bool(false): break
        case .bool(true): throw .unsupportedParameter("logprobs", noProbabilities)
        // Clients of the older completions API turn it off with a number.
        case .number(let number) where number.double == 0: break
        case .some(let value): throw fields.wrongType("logprobs", "a boolean", value)
        }
        let count = try fields.integer("top_logprobs", in: 0...20, expected: "an integer from 0 to 20")
        if let count, count > 0 { throw .unsupportedParameter("top_logprobs", noProbabilities) }
    }

    private static func checkModalities(_ fields: FieldReader) throws(APIError) {
        let modalities = try fields.list("modalities", of: FieldReader.string) ?? []
        if modalities.contains(where: { $0 != "text" }) {
            throw .unsupportedValue("modalities", "This server answers only in text.")
        }
        if fields.value("audio") != nil {
            throw .unsupportedParameter("audio", "This server answers only in text.")
        }
    }

    private static func checkFunctions(_ fields: FieldReader) throws(APIError) {
        for (old, new) in [("functions", "tools"), ("function_call", "tool_choice")] {
            switch fields.value(old) {
            // Without functions there is nothing to choose from.
            case nil, [], [:], "", "none": break
            case .some: throw .unsupportedParameter(old, "Use '\(new)' instead.")
            }
        }
    }
}
