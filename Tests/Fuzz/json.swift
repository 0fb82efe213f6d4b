// libFuzzer entry point for the JSON reader and writer.
//
//     swiftc -O -sanitize=fuzzer,address -parse-as-library -package-name interposer \
//         Tests/Fuzz/json.swift Sources/JSONText/*.swift -o /tmp/fuzz-json
//     SWIFT_BACKTRACE=enable=no /tmp/fuzz-json -max_total_time=60 -timeout=5 -rss_limit_mb=1024 /tmp/corpus Tests/Fuzz/corpus/json

/// Whatever the bytes, reading ends in a value or an error; a value written in any style reads as the same value.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = UnsafeRawBufferPointer(start: start, count: count)
    do {
        let value = try JSON(parsing: bytes)
        for style in [JSON.Style.compact, .spaced, .indented] {
            var written: [UInt8] = []
            value.write(into: &written, style: style)
            guard let again = try? JSON(parsing: written) else { preconditionFailure("what was written is not JSON") }
            precondition(again == value, "what was written reads as another value")
            // Equal strings may differ in their bytes (é is one scalar or two), and bytes are what was promised.
            precondition(again.text(style).utf8.elementsEqual(written), "writing is not stable")
        }
        askNumbers(of: value)
    } catch {
        precondition(error.offset >= 0 && error.offset <= count, "an error outside of the document")
        precondition(error.path.utf8.count <= JSON.depthLevelsMax * 41, "a path without end")
    }
    return 0
}

private func askNumbers(of value: JSON) {
    switch value {
    case .number(let number):
        precondition(!number.double.isNaN, "a number that is none")
        guard let integer = number.int else { return }
        precondition(number.isInteger, "an integer that is none")
        precondition(Double(integer) == number.double, "an integer of another value")
    case .array(let elements): elements.forEach(askNumbers)
    case .object(let object): object.members.forEach { askNumbers(of: $0.value) }
    case .null, .bool, .string: break
    }
}
