/// On what terms an order is waited for.
package struct GenerationTerms: Equatable, Sendable {
    /// Whether a text of nothing but white space may well be the answer; otherwise it is asked for again.
    package var takesEmpty = false
    /// How long may pass before a worker begins; then the order is withdrawn.
    ///
    /// nil waits as long as the audience does.
    package var startLimit: Duration?
    /// How often in a row Horde may call the job impossible; nil bears it for 45 seconds.
    package var impossibleReadsMax: Int?
    /// Whether it is quick for a worker: it then goes before the key's other submissions.
    package var isQuick = false
    /// Whether it goes on with an answer that has begun.
    package var isContinued = false
    /// How long it is expected to take.
    package var forecast = JobForecast()

    /// Terms for an order that nothing else could take the place of.
    package init(takesEmpty: Bool = false, startLimit: Duration? = nil, impossibleReadsMax: Int? = nil) {
        self.takesEmpty = takesEmpty
        self.startLimit = startLimit
        self.impossibleReadsMax = impossibleReadsMax
    }
}
