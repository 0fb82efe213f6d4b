package import JSONText

// What is submitted as bytes: a prompt is most of them, and JSONEncoder takes ten times as long to write it.

extension GenerationOrder {
    /// The body of the submission.
    var body: [UInt8] {
        var bytes: [UInt8] = []
        // Line ends and quotes are escaped, each by one more byte; what is still missing is added by growing.
        bytes.reserveCapacity(prompt.utf8.count + prompt.utf8.count / 8 + 2048)
        json.write(into: &bytes)
        return bytes
    }

    /// What is submitted, as JSON.
    package var json: JSON {
        var fields: JSONObject = [
            "prompt": .string(prompt), "models": .array(models.map(JSON.string)), "params": .object(params.fields),
        ]
        fields.add("trusted_workers", trustedWorkers.map(JSON.bool))
        fields.add("slow_workers", slowWorkers.map(JSON.bool))
        fields.add("validated_backends", validatedBackends.map(JSON.bool))
        fields.add("allow_downgrade", allowDowngrade.map(JSON.bool))
        fields.add("workers", workers.map { .array($0.map(JSON.string)) })
        fields.add("worker_blacklist", workerBlacklist.map(JSON.bool))
        fields.add("webhook", webhook.map(JSON.string))
        return .object(fields)
    }
}

extension GenerationOrder.Parameters {
    fileprivate var fields: JSONObject {
        var fields: JSONObject = [
            "n": JSON(n), "max_length": JSON(maxLength), "max_context_length": JSON(maxContextLength),
            "stop_sequence": .array(stopSequence.map(JSON.string)),
            // KoboldCpp bans the end-of-text token when the first is true; the others delete or rewrite characters.
            "use_default_badwordsids": false, "frmtadsnsp": false, "frmtrmblln": false, "frmtrmspch": false,
            "frmttriminc": false, "singleline": false,
        ]
        fields.add("temperature", temperature.map { JSON($0) })
        fields.add("top_p", topP.map { JSON($0) })
        fields.add("top_k", topK.map { JSON($0) })
        fields.add("min_p", minP.map { JSON($0) })
        fields.add("top_a", topA.map { JSON($0) })
        fields.add("typical", typical.map { JSON($0) })
        fields.add("tfs", tfs.map { JSON($0) })
        fields.add("rep_pen", repetitionPenalty.map { JSON($0) })
        fields.add("rep_pen_range", repetitionPenaltyRange.map { JSON($0) })
        fields.add("rep_pen_slope", repetitionPenaltySlope.map { JSON($0) })
        fields.add("dynatemp_range", dynatempRange.map { JSON($0) })
        fields.add("dynatemp_exponent", dynatempExponent.map { JSON($0) })
        fields.add("smoothing_factor", smoothingFactor.map { JSON($0) })
        fields.add("sampler_order", samplerOrder.map { .array($0.map { JSON($0) }) })
        return fields
    }
}

extension JSONObject {
    /// Adds a field that somebody has set.
    fileprivate mutating func add(_ key: String, _ value: JSON?) {
        if let value { members.append(Member(key: key, value: value)) }
    }
}
