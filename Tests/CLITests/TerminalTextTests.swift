import Testing

@testable import CLI

struct TerminalTextTests {
    @Test(arguments: [
        ("Hello.\n\tGrüße 🎈", "Hello.\n\tGrüße 🎈"), ("\u{1B}]52;c;aGk=\u{07}x", "]52;c;aGk=x"),
        ("a\rb\u{8}c\u{7F}d\u{9B}2Je", "abcd2Je"), ("a\u{202E}b\u{2066}c", "abc"), ("\u{0}", ""),
        ("a\r\nb", "a\nb"),
    ])
    func `a text is shown and commands nothing`(text: String, shown: String) {
        #expect(TerminalText.safe(text) == shown)
    }
}
