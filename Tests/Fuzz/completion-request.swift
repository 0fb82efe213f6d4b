// libFuzzer entry point for the decoding of requests for plain completions.
//
//     swiftc -O -sanitize=fuzzer,address -parse-as-library -package-name interposer \
//         Tests/Fuzz/completion-request.swift Sources/{JSONText,OpenAI}/*.swift -o /tmp/fuzz-completion-request
//     SWIFT_BACKTRACE=enable=no /tmp/fuzz-completion-request -max_total_time=60 -timeout=5 -rss_limit_mb=1024 \
//         /tmp/corpus Tests/Fuzz/corpus/completion-request

/// Whatever the body, decoding ends in a request that keeps its promises or in a 400 that is valid JSON.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    do {
        check(try CompletionRequest(decoding: Array(UnsafeBufferPointer(start: start, count: count))))
    } catch {
        precondition(error.status == 400 && error.retryAfter == nil, "another error than a refusal")
        precondition(error.message.utf8.count < 20_000, "a message without end")
        precondition((try? JSON(parsing: error.body.compact)) == error.body, "a body that is not JSON")
    }
    return 0
}

private func check(_ request: CompletionRequest) {
    let texts = request.prompts.count * request.parameters.choiceCount
    precondition((1...CompletionParameters.choiceCountMax).contains(texts))
    for prompt in request.prompts {
        precondition(!prompt.isEmpty && !prompt.utf8.contains(0), "Horde refuses these")
    }
    precondition(request.parameters.maxTokens != nil)
    check(request.parameters)
}

private func check(_ parameters: CompletionParameters) {
    precondition(!parameters.model.isEmpty)
    precondition(parameters.maxTokens.map { $0 > 0 } ?? true)
    precondition((1...CompletionParameters.choiceCountMax).contains(parameters.choiceCount))
    precondition(parameters.temperature.map { (0...2).contains($0) } ?? true)
    precondition(parameters.topP.map { (0...1).contains($0) } ?? true)
    precondition(parameters.stop.allSatisfy { !$0.isEmpty })
    precondition(parameters.isStreaming || !parameters.includesUsage)
    check(parameters.samplers)
    let workers = parameters.horde.workers ?? ["one"]
    precondition((1...HordeParameters.workersMax).contains(workers.count) && workers.allSatisfy { !$0.isEmpty })
}

/// The ranges that Horde enforces.
private func check(_ samplers: Samplers) {
    precondition(samplers.topK.map { (0...200).contains($0) } ?? true)
    precondition(samplers.repetitionPenaltyRange.map { (0...4096).contains($0) } ?? true)
    for share in [samplers.minP, samplers.topA, samplers.typical, samplers.tfs] {
        precondition(share.map { (0...1).contains($0) } ?? true)
    }
    precondition(samplers.repetitionPenalty.map { (1...3).contains($0) } ?? true)
    precondition(samplers.repetitionPenaltySlope.map { (0...10).contains($0) } ?? true)
    precondition(samplers.dynatempRange.map { (0...5).contains($0) } ?? true)
    precondition(samplers.dynatempExponent.map { (0...5).contains($0) } ?? true)
    precondition(samplers.smoothingFactor.map { (0...10).contains($0) } ?? true)
    precondition(samplers.samplerOrder.map { Set($0).count >= 7 } ?? true)
}
