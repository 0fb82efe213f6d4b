import HTTPTypes
import JSONText

extension HordeState {
    /// `GET find_user`: no key is 401, an unknown one 404 with the key in clear (API.md 5.3).
    func findUser(_ call: Call) throws(Refusal) -> Answer {
        guard let key = call.apiKey else { throw .invalidKey }
        guard let account = accounts.account(for: key) else {
            throw .notFound(
                "UserNotFound",
                "User with api_key '\(key)' not found. You have requested this URI [/api/v2/find_user] but did you mean "
                    + "/api/v2/find_user or /api/v2/users or /api/v2/users/<string:user_id> ?"
            )
        }
        return Answer(.ok, json(account, isOwn: true))
    }

    /// `GET users/{id}`: the same, less what only the user may see.
    func user(id: String) throws(Refusal) -> Answer {
        guard let number = Int(id), let account = accounts.account(id: number) else {
            throw .notFound("UserNotFound", "User with ID '\(id)' not found.")
        }
        return Answer(.ok, json(account, isOwn: false))
    }

    /// A user (U:1050-1116), with the members that a simulated one can have.
    private func json(_ account: Account, isOwn: Bool) -> JSON {
        var user: JSONObject = [
            "username": .string(account.username),
            "id": JSON(account.id),
            "kudos": JSON(account.kudos.rounded()),
            "concurrency": JSON(account.concurrency),
            "worker_invited": 0,
            "moderator": false,
            "kudos_details": [
                "accumulated": JSON((account.kudos - account.role.kudos).rounded()), "gifted": 0, "donated": 0,
                "admin": 0, "received": 0, "recurring": 0, "awarded": 0, "styled": 0,
            ],
            "worker_count": 0,
        ]
        if isOwn { user["worker_ids"] = [] }
        user["styles"] = []
        if isOwn {
            user["sharedkey_ids"] = []
            let live = requests.live(of: account)
            user["active_generations"] = ["text": .array(live.map { .string($0.id) })]
        }
        user["trusted"] = .bool(account.role.isTrusted)
        user["flagged"] = false
        if isOwn { user["vpn"] = false }
        user["service"] = .bool(account.role.isService)
        user["education"] = false
        user["customizer"] = false
        if isOwn { user["special"] = false }
        user["deleted"] = .bool(account.role.isDeleted)
        user["pseudonymous"] = false
        user["account_age"] = 364
        user["usage"] = ["megapixelsteps": nil, "requests": nil]
        user["contributions"] = ["megapixelsteps": nil, "fulfillments": nil]
        user["records"] = records(account)
        return .object(user)
    }

    private func records(_ account: Account) -> JSON {
        [
            "usage": ["megapixelsteps": 0, "tokens": JSON(account.tokens)],
            "contribution": ["megapixelsteps": 0, "tokens": 0],
            "fulfillment": ["image": 0, "text": 0, "interrogation": 0],
            "request": ["image": 0, "text": JSON(account.requests), "interrogation": 0],
            "style": ["image": 0, "text": 0, "interrogation": 0],
        ]
    }
}
