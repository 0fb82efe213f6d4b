// Numbers keep their text and become integers only where they are.

import Testing

@testable import JSONText

struct JSONNumberTests {
    @Test(arguments: [
        ("80", 80), ("80.0", 80), ("8e1", 80), ("0.8e2", 80), ("8000e-2", 80), ("-0", 0), ("-0.0e-7", 0), ("0e999", 0),
        ("9223372036854775807", Int.max), ("-9223372036854775808", Int.min), ("-9223372036854775808.0", Int.min),
        ("9.223372036854775807e18", Int.max), ("1e18", 1_000_000_000_000_000_000), ("120.00", 120),
        ("0.000000000000000000001e21", 1), ("0e99999999999999999999999999", 0),
    ])
    func `integers are exact however they are written`(_ text: String, expected: Int) throws {
        #expect(try JSON(parsing: text).int == expected)
    }

    @Test(arguments: [
        "0.5", "80.1", "1e-1", "9223372036854775808", "-9223372036854775809", "9223372036854775807.5", "1e19", "1e400",
        "123456789012345678901234567890", "1e99999999999999999999999999", "1e-99999999999999999999999999",
    ])
    func `what is no 64-bit integer is none`(_ text: String) throws {
        #expect(try JSON(parsing: text).int == nil)
    }

    @Test(arguments: [
        ("1", true), ("1.0", true), ("1.5", false), ("1.5e1", true), ("1.5e400", true), ("1e-5", false), ("0e-5", true),
        ("123456789012345678901234567890", true), ("0.1e99999999999999999999999", true),
    ])
    func `integers of any size are told from fractions`(_ text: String, isInteger: Bool) throws {
        guard case .number(let number) = try JSON(parsing: text) else { return #expect(Bool(false)) }
        #expect(number.isInteger == isInteger)
    }

    @Test func `the text of a number is kept`() throws {
        for text in ["1.10", "1E+2", "-0", "100000000000000000000000000000001", "0.1000"] {
            #expect(try JSON(parsing: text).compact == text)
        }
    }

    @Test func `numbers beyond the range of Double are infinite, not errors`() throws {
        #expect(try JSON(parsing: "1e400").double == .infinity)
        #expect(try JSON(parsing: "-1e400").double == -.infinity)
        #expect(try JSON(parsing: "1e-400").double == 0)
    }

    @Test func `numbers made here are valid JSON`() throws {
        for value: Double in [0, 0.1, 1e-7, 1e21, -2.5e300, .leastNonzeroMagnitude, .greatestFiniteMagnitude] {
            #expect(try JSON(parsing: JSON(value).compact).double == value)
        }
        #expect(JSON(Double.nan) == .null)
        #expect(JSON(Double.infinity) == .null)
        #expect(JSON(Int.min).compact == "-9223372036854775808")
    }
}
