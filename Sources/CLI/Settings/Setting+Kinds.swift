/// The kinds of settings that there are more than one of.
extension Setting {
    typealias Path<Value> = any WritableKeyPath<ServeSettings, Value> & Sendable

    /// A whole number.
    static func number(
        _ key: String,
        _ range: ClosedRange<Int>,
        flag: String? = nil,
        isReloadable: Bool = false,
        _ path: Path<Int>
    ) -> Setting {
        whole(key, range, flag, isReloadable) {
            $0[keyPath: path]
        } set: {
            $0[keyPath: path] = $1
        }
    }

    /// A whole number of seconds.
    static func seconds(
        _ key: String,
        _ range: ClosedRange<Int>,
        flag: String? = nil,
        isReloadable: Bool = false,
        _ path: Path<Duration>
    ) -> Setting {
        whole(key, range, flag, isReloadable) {
            Int($0[keyPath: path].components.seconds)
        } set: {
            $0[keyPath: path] = .seconds($1)
        }
    }

    private static func whole(
        _ key: String,
        _ range: ClosedRange<Int>,
        _ flag: String?,
        _ isReloadable: Bool,
        get: @escaping @Sendable (ServeSettings) -> Int,
        set: @escaping @Sendable (inout ServeSettings, Int) -> Void
    ) -> Setting {
        Setting(
            key,
            "a number from \(range.lowerBound) to \(range.upperBound)",
            flag: flag,
            isReloadable: isReloadable,
            show: { "\(get($0))" },
            set: { settings, texts in
                guard let number = texts.first.flatMap({ Int($0) }), range.contains(number) else { return false }
                set(&settings, number)
                return true
            }
        )
    }

    /// What is not chosen, unless it is.
    static func optional<Value: Sendable>(
        _ key: String,
        _ expected: String,
        flag: String? = nil,
        otherVariables: [String] = [],
        isReloadable: Bool = false,
        usual: String,
        _ path: Path<Value?>,
        read: @escaping @Sendable (String) -> Value?
    ) -> Setting {
        Setting(
            key,
            expected,
            flag: flag,
            otherVariables: otherVariables,
            isReloadable: isReloadable,
            show: { settings in settings[keyPath: path].map { "\($0)" } ?? usual },
            set: { settings, texts in
                guard let value = texts.first.flatMap(read) else { return false }
                settings[keyPath: path] = value
                return true
            }
        )
    }

    static func list(
        _ key: String,
        _ expected: String,
        flag: String? = nil,
        isReloadable: Bool = false,
        usual: String,
        get: @escaping @Sendable (ServeSettings) -> [String]?,
        set: @escaping @Sendable (inout ServeSettings, [String]) -> Bool
    ) -> Setting {
        Setting(
            key,
            expected,
            flag: flag,
            isList: true,
            isReloadable: isReloadable,
            show: { get($0)?.joined(separator: ", ") ?? usual },
            set: set
        )
    }
}
