/// Prometheus' text form, version 0.0.4: families of samples, each with its kind and what it means.
///
/// A family that has no samples yet is there all the same, so that whoever makes a dashboard finds its name.
package struct Exposition {
    /// Names and values, in the order in which they are written.
    package struct Labels: ExpressibleByDictionaryLiteral {
        fileprivate let pairs: [(name: StaticString, value: String)]

        package init(dictionaryLiteral pairs: (StaticString, String)...) {
            self.pairs = pairs
        }

        /// For what there is one of.
        package static let none: Labels = [:]
    }

    /// The Content-Type of `text`.
    package static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    package private(set) var text = ""

    package init() {}

    package mutating func gauge(_ name: StaticString, _ help: StaticString, _ value: Int) {
        gauge(name, help, samples: [(.none, Double(value))])
    }

    package mutating func gauge(_ name: StaticString, _ help: StaticString, samples: [(Labels, Double)]) {
        family(name, help, "gauge", samples)
    }

    package mutating func counter(_ name: StaticString, _ help: StaticString, _ value: Int) {
        counter(name, help, samples: [(.none, Double(value))])
    }

    package mutating func counter(_ name: StaticString, _ help: StaticString, samples: [(Labels, Double)]) {
        family(name, help, "counter", samples)
    }

    package mutating func histogram(_ name: StaticString, _ help: StaticString, _ samples: [(Labels, Distribution)]) {
        head(name, help, "histogram")
        for (labels, distribution) in samples {
            let labels = Self.written(labels)
            let separator = labels.isEmpty ? "" : ","
            let count = distribution.count
            for (bound, below) in zip(distribution.bounds, distribution.cumulative) {
                text += "\(name)_bucket{\(labels)\(separator)le=\"\(Self.number(bound))\"} \(below)\n"
            }
            text += "\(name)_bucket{\(labels)\(separator)le=\"+Inf\"} \(count)\n"
            let braced = labels.isEmpty ? "" : "{\(labels)}"
            text += "\(name)_sum\(braced) \(Self.number(distribution.sum))\n\(name)_count\(braced) \(count)\n"
        }
    }

    private mutating func family(
        _ name: StaticString,
        _ help: StaticString,
        _ kind: StaticString,
        _ samples: [(Labels, Double)]
    ) {
        head(name, help, kind)
        for (labels, value) in samples {
            let labels = Self.written(labels)
            text += "\(name)\(labels.isEmpty ? "" : "{\(labels)}") \(Self.number(value))\n"
        }
    }

    private mutating func head(_ name: StaticString, _ help: StaticString, _ kind: StaticString) {
        text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind)\n"
    }

    private static func written(_ labels: Labels) -> String {
        labels.pairs.map { "\($0.name)=\"\(escaped($0.value))\"" }.joined(separator: ",")
    }

    /// A label's value may be any text, but for three characters.
    private static func escaped(_ value: String) -> String {
        guard value.utf8.contains(where: { $0 == 0x22 || $0 == 0x5C || $0 == 0x0A }) else { return value }
        var text = ""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\\": text += "\\\\"
            case "\"": text += "\\\""
            case "\n": text += "\\n"
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text
    }

    private static func number(_ value: Double) -> String {
        Int(exactly: value).map { "\($0)" } ?? "\(value)"
    }
}
