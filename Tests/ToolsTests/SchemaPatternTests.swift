// Regular expressions of schemas, as ECMA-262 reads them.

import Testing

@testable import Tools

struct SchemaPatternTests {
    @Test(arguments: [
        ("", ["", "a"], []), ("a", ["a", "bab"], ["", "b", "A"]), ("^a$", ["a"], ["aa", "ba", "a\n"]),
        ("a|bc", ["a", "xbcx"], ["b", "c"]), ("^(a|b)*c$", ["c", "abac"], ["abd", "ab"]),
        ("^a.c$", ["abc"], ["a\nc", "ac"]),
        ("^a?b+$", ["b", "abb"], ["a", "aab"]), ("^a{2}$", ["aa"], ["a", "aaa"]), ("^a{2,}$", ["aa", "aaaa"], ["a"]),
        ("^a{1,2}$", ["a", "aa"], ["", "aaa"]), ("^a{,2}$", ["a{,2}"], ["a"]), ("^{$", ["{"], [""]),
        ("^[a-c]$", ["b"], ["d", "-"]), ("^[^a-c]$", ["d", "\n"], ["b", ""]), ("^[-a]$", ["-", "a"], ["b"]),
        ("^[a-]$", ["-", "a"], ["b"]), ("^[\\w-.]$", ["-", ".", "z"], ["!"]), ("^[\\]]$", ["]"], ["["]),
        ("[]", [], ["a", ""]),
        ("^[^]$", ["a", "\n"], [""]), ("^[\\b]$", ["\u{08}"], ["b"]), ("^[^\\d]$", ["a"], ["1"]),
        ("^[\\D]$", ["a"], ["1"]),
        ("^\\d{4}-\\d{2}-\\d{2}$", ["2024-01-31"], ["24-1-31"]), ("^\\w+\\s\\S$", ["ab_1 x"], ["é x", "ab x y"]),
        ("\\bcat\\b", ["a cat.", "cat"], ["cats"]), ("a\\Bb", ["ab"], ["a b"]),
        ("^\\x41\\u0042\\u{43}$", ["ABC"], ["abc"]),
        ("^\\.\\/\\-\\$$", ["./-$"], [""]), ("^(?:ab){2}$", ["abab"], ["ab"]), ("^(?<year>\\d+)$", ["1"], ["a"]),
        ("^a*?b$", ["aab", "b"], ["a"]), ("^(a*)*$", ["", "aaa"], ["b"]), ("^(|a)+$", ["", "aa"], ["b"]),
        ("^\\p{L}+$", ["é", "1"], [""]), ("^[^\\p{L}]$", ["a", "1"], [""]), ("^(a)\\1$", ["aa"], ["ba"]),
        ("^(?!x)[a-z]+$", ["y", "x"], ["1"]), ("^(?=.*\\d).{3}$", ["ab1"], ["ab"]), ("^é$", ["é"], ["e"]),
        ("^[a-zA-Z0-9._%+-]+@[a-zA-Z0-9.-]+\\.[a-zA-Z]{2,}$", ["a.b@c.de"], ["a@b", "@c.de"]),
        ("^😀{2}$", ["😀😀"], ["😀"]),
    ])
    func `texts are told apart`(expression: String, matching: [String], others: [String]) throws {
        let pattern = try #require(SchemaPattern(expression))
        for text in matching { #expect(pattern.matches(text), "\(text)") }
        for text in others { #expect(!pattern.matches(text), "\(text)") }
    }

    @Test(arguments: [
        "(", ")", "a)", "[", "[a", "*", "a**", "(?i)a", "\\", "\\A", "\\xZZ", "\\x4", "\\u12", "\\u{110000}", "[b-a]",
        "a{2,1}",
        "\\k<", "(?<a", "\\p", "(?>a)", "a{5000}", "(a{100}){100}", "((((){9999}){9999}){9999}){9999}", "\\c1",
        String(repeating: "(", count: 60) + String(repeating: ")", count: 60), String(repeating: "a", count: 2_001),
    ])
    func `what cannot be read is no expression`(_ expression: String) {
        #expect(SchemaPattern(expression) == nil)
    }

    @Test(arguments: ["(a+)+$", "^(a|a)*$", "a*a*a*a*a*b", "(a|aa)+$", "^(([a-z])+.)+[A-Z]([a-z])+$"])
    func `no expression takes long`(_ expression: String) throws {
        let pattern = try #require(SchemaPattern(expression))
        #expect(!pattern.matches(String(repeating: "a", count: 20_000) + "!"))
    }

    @Test func `only what looks around, refers back or asks for a property is inexact`() throws {
        for text in ["a(?=b)", "a(?<!b)", "(a)\\1", "\\p{L}"] {
            #expect(try #require(SchemaPattern(text)).isExact == false)
        }
        for text in ["a(?:b)", "[^a]", "\\d\\b", "(?<n>a)"] { #expect(try #require(SchemaPattern(text)).isExact) }
    }
}
