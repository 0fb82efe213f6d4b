// libFuzzer entry point for the decoding of chat requests.
//
//     swiftc -O -sanitize=fuzzer,address -parse-as-library -package-name interposer \
//         Tests/Fuzz/chat-request.swift Sources/OpenAI/*.swift -o /tmp/fuzz-chat-request
//     SWIFT_BACKTRACE=enable=no /tmp/fuzz-chat-request -max_total_time=60 -timeout=5 -rss_limit_mb=1024 \
//         /tmp/corpus Tests/Fuzz/corpus/chat-request

/// Whatever the body, decoding ends in a request that keeps its promises or in a 400 that is valid JSON.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    do {
        check(try ChatCompletionRequest(decoding: Array(UnsafeBufferPointer(start: start, count: count))))
    } catch {
        precondition(error.status == 400 && error.retryAfterSeconds == nil, "another error than a refusal")
        precondition(error.message.utf8.count < 20_000, "a message without end")
        precondition((try? JSON(parsing: error.body.compact)) == error.body, "a body that is not JSON")
    }
    return 0
}

private func check(_ request: ChatCompletionRequest) {
    precondition(!request.model.isEmpty && !request.messages.isEmpty)
    precondition(request.maxTokens.map { $0 > 0 } ?? true)
    precondition((1...ChatCompletionRequest.choiceCountMax).contains(request.choiceCount))
    precondition(request.temperature.map { (0...2).contains($0) } ?? true)
    precondition(request.topP.map { (0...1).contains($0) } ?? true)
    precondition(request.stop.allSatisfy { !$0.isEmpty })
    precondition(request.isStreaming || !request.includesUsage)
    for message in request.messages {
        precondition(message.role == .assistant || message.toolCalls.isEmpty)
        precondition(!message.content.utf8.contains(0), "Horde refuses this character")
    }
    for tool in request.tools {
        precondition(!tool.name.isEmpty && tool.definition["function"]?["name"] == .string(tool.name))
    }
    for member in request.extras.members {
        precondition(ChatCompletionRequest.extraNames.contains(member.key) && !member.value.isNull)
    }
    if case .named(let name) = request.toolChoice {
        precondition(request.tools.contains { $0.name == name })
    }
}
