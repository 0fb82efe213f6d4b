// The members of a JSON object in the order in which they were written.

/// A JSON object that keeps the order of its members, and every member of a repeated key.
package struct JSONObject: Equatable, Sendable, ExpressibleByDictionaryLiteral {
    /// One key with its value.
    package struct Member: Equatable, Sendable {
        /// The name of the member.
        package let key: String
        /// Its value.
        package var value: JSON

        /// A member of an object.
        package init(key: String, value: JSON) {
            self.key = key
            self.value = value
        }
    }

    /// The members, as written.
    package var members: [Member]

    /// An object with these members in this order.
    package init(_ members: [Member] = []) {
        self.members = members
    }

    /// An object written as a dictionary, whose order is kept.
    package init(dictionaryLiteral elements: (String, JSON)...) {
        members = elements.map { Member(key: $0.0, value: $0.1) }
    }

    /// Whether there are no members.
    package var isEmpty: Bool {
        members.isEmpty
    }

    /// The value of a key: the last one where a key was repeated, as most readers have it.
    ///
    /// Setting replaces that value in place or appends a member; setting nil removes every member of that key.
    /// The search is linear, since the objects of requests are small and looked into once.
    package subscript(key: String) -> JSON? {
        get {
            members.last { $0.key == key }?.value
        }
        set {
            guard let newValue else { return members.removeAll { $0.key == key } }
            if let index = members.lastIndex(where: { $0.key == key }) {
                members[index].value = newValue
            } else {
                members.append(Member(key: key, value: newValue))
            }
        }
    }
}
