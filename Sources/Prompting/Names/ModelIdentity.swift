/// Which model a name means, whoever serves it: what is left of the name without worker program, file ending and
/// precision, in lower case and with hyphens for `_` and spaces.
package struct ModelIdentity: Hashable, Sendable {
    /// The whole name, with the maker in front if it was given: `thedrummer/cydonia-24b-v4.3`.
    package let full: String
    /// Its last path component: `cydonia-24b-v4.3`.
    package let last: String
    /// The owner of a model that its user named `name::user#id`, with the colons, else empty: such a model is nobody
    /// else's.
    package let owner: String

    /// The whole name as one component: `thedrummer_cydonia-24b-v4.3` is how some write the maker.
    package var dashed: String { full.replacing("/", with: "-") }
    /// The maker, as far as the name tells; else empty.
    package var maker: String { full == last ? "" : String(full.dropLast(last.count + 1)) }
}

extension FormatTable {
    /// Which model a name means; of a longer name than Horde allows only the beginning counts.
    package func identity(ofModel name: String) -> ModelIdentity {
        let plain = ModelName(name, without: nameTable.noise)
        let looked = ModelName.lookedAt(name).lowercased()
        let owner = looked.firstRange(of: "::").map { String(looked[$0.lowerBound...]) } ?? ""
        return ModelIdentity(full: plain.full, last: plain.last, owner: owner)
    }
}
