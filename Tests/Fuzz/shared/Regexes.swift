/// Swift's own regular expressions, of which the rules for names are made, leak when they are made (6.3.1).
@_cdecl("__lsan_default_suppressions")
public func leaksOfOthers() -> UnsafePointer<UInt8> {
    let suppressions: StaticString = "leak:_RegexParser\nleak:_StringProcessing"
    return suppressions.utf8Start
}
