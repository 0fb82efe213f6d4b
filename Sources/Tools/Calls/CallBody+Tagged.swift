import JSONText
import OpenAI

/// The shapes with a tag for each parameter: `<function=…>` (Qwen), `<invoke name=…>` (MiniMax, DeepSeek).
extension CallBody {
    private static let separatorTag = Array("｜DSML｜".utf8)

    /// Whether another such call stands here, without a marker of its own.
    var isAtXML: Bool {
        cursor.holds("<invoke name=") || cursor.holds("<function=") || cursor.holds(Self.invokeTag)
    }

    private static let invokeTag = Array("<｜DSML｜invoke name=".utf8)

    mutating func tagged() -> Outcome {
        let start = cursor.position
        cursor.position += 1
        _ = cursor.take(Self.separatorTag)
        let isInvoke = cursor.take("invoke name=")
        guard isInvoke || cursor.take("function=") || cursor.take("function name=") else {
            cursor.position = start
            return .nothing
        }
        guard let (name, _) = attributes() else { return .broken }
        guard let tool = tools.tool(named: name) else { return .unknownName }
        cursor.skipSpace()
        // Functionary's form has JSON within the tag.
        if cursor.byte == UInt8(ascii: "{") {
            guard let value = LenientJSON.read(cursor), isUsable(value),
                let call = JSONCalls(tools: tools, isMarked: true).call(tool, arguments: value.json)
            else { return .broken }
            add(call)
            return .read
        }
        return parameters(of: tool, isPaired: isInvoke)
    }

    private mutating func parameters(of tool: ToolSignature, isPaired: Bool) -> Outcome {
        var arguments = JSONObject()
        while let isString = parameterOpening() {
            guard let (name, rest) = attributes(), let text = taggedText("</parameter>", before: ["<parameter"]) else {
                return .broken
            }
            let value = text.withoutLineEnds(isPaired: isPaired)
            // DeepSeek says beside the name whether the value is a string.
            let isMarkedString = isString && rest.contains("string=\"true\"")
            arguments[name] = isMarkedString ? .string(value) : tool.value(value, of: name)
            cursor.skipSpace()
        }
        guard isEnded(arguments, tool), let call = ParsedCall(tool, arguments) else { return .broken }
        add(call)
        return .read
    }

    /// Goes behind the beginning of a parameter's tag, `nil` if none stands here; whether it may say its type.
    private mutating func parameterOpening() -> Bool? {
        let start = cursor.position
        guard cursor.take("<") else { return nil }
        _ = cursor.take(Self.separatorTag)
        if cursor.take("parameter name=") { return true }
        if cursor.take("parameter=") { return false }
        cursor.position = start
        return nil
    }

    /// Reads a tag from its name's value to its end: the name, and what else stands in it.
    private mutating func attributes() -> (name: String, rest: String)? {
        let quote = cursor.byte == UInt8(ascii: "\"") || cursor.byte == UInt8(ascii: "'") ? cursor.byte : nil
        if quote != nil { cursor.position += 1 }
        let name = cursor.run { $0 != quote && $0 != UInt8(ascii: ">") && !$0.isLineEnd }
        if quote != nil, cursor.byte == quote { cursor.position += 1 }
        let rest = cursor.run { $0 != UInt8(ascii: ">") && !$0.isLineEnd }
        guard cursor.take(">") else { return nil }
        return (cursor.text(name).trimmed, cursor.text(rest))
    }

    /// Reads up to a closing tag, and goes behind it.
    ///
    /// The value of a parameter may itself hold the tag. So the tag counts only where another parameter, the end of the
    /// call or that of the text comes next.
    mutating func taggedText(_ closer: StaticString, before openers: [StaticString] = []) -> String? {
        let start = cursor.position
        while true {
            let run = cursor.run { $0 != UInt8(ascii: "<") }
            guard let end = cursor.byte.map({ _ in run.upperBound }) else { return nil }
            if takeClosing(closer) {
                var next = cursor
                next.skipSpace()
                let isFollowed = next.isAtTextEnd || next.isAtCloser || openers.contains(where: { next.isAtTag($0) })
                if openers.isEmpty || isFollowed || CallMarker.at(next.position, in: next) != nil {
                    return cursor.text(start..<end)
                }
            } else {
                cursor.position += 1
            }
        }
    }

    private mutating func takeClosing(_ closer: StaticString) -> Bool {
        if cursor.take(closer) { return true }
        return cursor.take(Self.closingParameter)
    }

    private static let closingParameter = Array("</｜DSML｜parameter>".utf8)
}

extension ByteCursor {
    /// Whether an opening tag stands here, DeepSeek's variant included.
    fileprivate func isAtTag(_ tag: StaticString) -> Bool {
        holds(tag) || holds(Array("<｜DSML｜parameter".utf8))
    }
}

extension String {
    /// Without the line end at each end that the form has put there: one is the form's own, more are the value's.
    ///
    /// Where the form has none, a model that writes one writes both.
    func withoutLineEnds(isPaired: Bool) -> String {
        var rest = utf8[...]
        let hasFirst = rest.first?.isLineEnd == true
        let hasLast = rest.count > 1 && rest.last?.isLineEnd == true
        if isPaired, !(hasFirst && hasLast) { return self }
        if hasFirst { rest = rest.dropFirst(rest.starts(with: "\r\n".utf8) ? 2 : 1) }
        if hasLast, rest.last?.isLineEnd == true {
            let isPair = rest.suffix(2).elementsEqual("\r\n".utf8)
            rest = rest.dropLast(isPair ? 2 : 1)
        }
        return String(Substring(rest))
    }
}
