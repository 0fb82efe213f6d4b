import OpenAI
import Prompting

extension APIError {
    /// Stands in for `FailureMap`, which knows the HTTP server: no request of this program fails.
    init(_ error: JobSizeError, in form: CompletionForm = .chat) { fatalError("\(error)") }
}
