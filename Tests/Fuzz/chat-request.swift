// libFuzzer entry point for the decoding of chat requests.
//
//     swiftc -O -sanitize=fuzzer,address -parse-as-library -package-name interposer \
//         Tests/Fuzz/chat-request.swift Sources/{JSONText,OpenAI}/*.swift -o /tmp/fuzz-chat-request
//     SWIFT_BACKTRACE=enable=no /tmp/fuzz-chat-request -max_total_time=60 -timeout=5 -rss_limit_mb=1024 \
//         /tmp/corpus Tests/Fuzz/corpus/chat-request

/// Whatever the body, decoding ends in a request that keeps its promises or in a 400 that is valid JSON.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    do {
        check(try ChatCompletionRequest(decoding: Array(UnsafeBufferPointer(start: start, count: count))))
    } catch {
        precondition(error.status == 400 && error.retryAfter == nil, "another error than a refusal")
        precondition(error.message.utf8.count < 20_000, "a message without end")
        precondition((try? JSON(parsing: error.body.compact)) == error.body, "a body that is not JSON")
    }
    return 0
}

private func check(_ request: ChatCompletionRequest) {
    precondition(!request.messages.isEmpty)
    check(request.parameters)
    for message in request.messages {
        precondition(message.role == .assistant || message.toolCalls.isEmpty)
        precondition(!message.content.utf8.contains(0), "Horde refuses this character")
    }
    for tool in request.tools {
        precondition(!tool.name.isEmpty && tool.definition["function"]?["name"] == .string(tool.name))
    }
    if case .named(let name) = request.toolChoice {
        precondition(request.tools.contains { $0.name == name })
    }
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
