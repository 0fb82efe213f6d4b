import JSONText

/// The JSON schema of a submit, `GenerationInputKobold` (KM:110-224 and 290-375), with the texts of Python's
/// jsonschema: all violations at once, keyed by dotted path.
enum SubmitSchema {
    /// What a value may be.
    ///
    /// Bounds keep their text, since messages quote them as Horde's source writes them.
    indirect enum Shape: Sendable {
        case string(min: Int = 0, max: Int = .max)
        case bool
        case integer(min: String? = nil, max: String? = nil)
        case number(min: String, max: String)
        case array(of: Shape)
        case object([String: Shape])
    }

    /// The violations of a body.
    static func violations(_ body: JSON) -> [Refusal.Violation] {
        var found: [Refusal.Violation] = []
        check(body, .object(top), path: "", into: &found)
        return found
    }

    private static let top: [String: Shape] = [
        "prompt": .string(),
        "params": .object(params),
        "softprompt": .string(min: 1),
        "trusted_workers": .bool,
        "validated_backends": .bool,
        "slow_workers": .bool,
        "workers": .array(of: .string()),
        "worker_blacklist": .bool,
        "models": .array(of: .string()),
        "dry_run": .bool,
        "proxied_account": .string(),
        "extra_source_images": .array(of: .object([:])),
        "disable_batching": .bool,
        "allow_downgrade": .bool,
        "webhook": .string(),
        "style": .string(min: 3, max: 1024),
        "extra_slow_workers": .bool,
        "nsfw": .bool,
    ]

    /// The parameters; what is not named here is accepted and never reaches a worker.
    static let params: [String: Shape] = [
        "n": .integer(min: "1", max: "20"),
        "max_length": .integer(min: "16", max: "4096"),
        "max_context_length": .integer(min: "80", max: "1048576"),
        "temperature": .number(min: "0", max: "5.0"),
        "top_p": .number(min: "0.001", max: "1.0"),
        "top_k": .integer(min: "0", max: "200"),
        "top_a": .number(min: "0.0", max: "1.0"),
        "typical": .number(min: "0.0", max: "1.0"),
        "tfs": .number(min: "0.0", max: "1.0"),
        "min_p": .number(min: "0.0", max: "1.0"),
        "rep_pen": .number(min: "1", max: "3"),
        "rep_pen_range": .integer(min: "0", max: "4096"),
        "rep_pen_slope": .number(min: "0", max: "10"),
        "smoothing_factor": .number(min: "0.0", max: "10.0"),
        "dynatemp_range": .number(min: "0.0", max: "5.0"),
        "dynatemp_exponent": .number(min: "0.0", max: "5.0"),
        "sampler_order": .array(of: .integer()),
        "stop_sequence": .array(of: .string()),
        "use_default_badwordsids": .bool,
        "singleline": .bool,
        "frmtadsnsp": .bool,
        "frmtrmblln": .bool,
        "frmtrmspch": .bool,
        "frmttriminc": .bool,
    ]

    private static func check(_ value: JSON, _ shape: Shape, path: String, into found: inout [Refusal.Violation]) {
        func report(_ text: String) { found.append(.init(path: path, text: PythonText.repr(value) + text)) }
        switch (shape, value) {
        case (.string(let min, let max), .string(let text)):
            // Most have no bounds, and a prompt is long to count.
            guard min > 0 || max < .max else { return }
            if Bytes.scalarCount(text) < min { report(" is too short") }
            if Bytes.scalarCount(text) > max { report(" is too long") }
        case (.bool, .bool): break
        case (.integer(let min, let max), .number(let number)) where number.isInteger:
            checkBounds(number.double, min, max, report)
        case (.number(let min, let max), .number(let number)):
            checkBounds(number.double, min, max, report)
        case (.array(let element), .array(let elements)):
            for (index, item) in elements.enumerated() {
                check(item, element, path: joined(path, String(index)), into: &found)
            }
        case (.object(let shapes), .object(let object)):
            for member in object.members {
                guard let shape = shapes[member.key] else { continue }
                check(member.value, shape, path: joined(path, member.key), into: &found)
            }
        default: report(" is not of type '\(shape.typeName)'")
        }
    }

    private static func checkBounds(_ value: Double, _ min: String?, _ max: String?, _ report: (String) -> Void) {
        if let min, let bound = Double(min), value < bound { report(" is less than the minimum of \(min)") }
        if let max, let bound = Double(max), value > bound { report(" is greater than the maximum of \(max)") }
    }

    private static func joined(_ path: String, _ key: String) -> String {
        path.isEmpty ? key : path + "." + key
    }
}

extension SubmitSchema.Shape {
    var typeName: String {
        switch self {
        case .string: "string"
        case .bool: "boolean"
        case .integer: "integer"
        case .number: "number"
        case .array: "array"
        case .object: "object"
        }
    }

    /// Whether the pop reply writes the value as a float: `1` goes out as `1.0`.
    var isFloat: Bool {
        if case .number = self { true } else { false }
    }
}
