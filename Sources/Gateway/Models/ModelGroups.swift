/// The division of ranked candidates into tries.
enum ModelGroups {
    /// Each group is the best candidate that is left and those that belong to it, in their order.
    ///
    /// - Parameters:
    ///   - candidates: ranked, the best first.
    ///   - namesMax: how many a group has at most.
    ///   - belongs: whether a candidate may stand in the group of another, which comes second.
    /// - Returns: at most `Limits.groupsMax` groups, none empty.
    static func of<Candidate>(
        _ candidates: [Candidate],
        namesMax: Int,
        belongs: (Candidate, Candidate) -> Bool
    ) -> [[Candidate]] {
        var groups: [[Candidate]] = []
        var rest = candidates
        while let best = rest.first, groups.count < Limits.groupsMax {
            var group = [best]
            var others: [Candidate] = []
            for candidate in rest.dropFirst() {
                if group.count < namesMax, belongs(candidate, best) {
                    group.append(candidate)
                } else {
                    others.append(candidate)
                }
            }
            groups.append(group)
            rest = others
        }
        return groups
    }
}
