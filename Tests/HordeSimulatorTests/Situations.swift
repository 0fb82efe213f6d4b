import JSONText

@testable import HordeSimulator

/// What has to be so before a recording begins.
struct Situation {
    enum Step {
        case submit(
            seconds: Double,
            String,
            key: String = "<APIKEY_NORMAL>",
            address: String = "10.9.9.9",
            as: String? = nil
        )
        case delete(seconds: Double, String)
    }

    /// What happened before, at seconds before the first exchange.
    var before: [Step] = []
    var pickupSeconds = 0.4
    /// The core's time at the first exchange; sweeps are at the multiples of 60.
    var start = 3001.0
    /// So many more of the first exchange between it and the second: the recordings show only the interesting ones.
    var repeats = 0

    /// Why a recording cannot be replayed.
    static let skipped: [String: String] = [
        "status_done_across_server_restart": "the simulator keeps nothing across a restart"
    ]

    static let script: SimulatorScript = {
        var script = SimulatorScript()
        script.workers = [
            worker("HL Stheno", "koboldcpp/L3-8B-Stheno-v3.2", "6234b830-9017-486a-9b5d-daee5b821b54", 30.2),
            worker("HL GLM", "zai-org/GLM-4.6", "71d47047-52b4-4abf-982e-6dc0d8d0d2b3", 44.6),
            worker("HL Fimbulvetr", "koboldcpp/Fimbulvetr-11B-v2", "d9e09d0b-a2ff-4730-8caa-83b97c7d5e0b", 29.8),
        ]
        // The price of the recordings' texts is that of a model of this size.
        script.workers?[1].parameters = 200
        script.keys = [
            account("<APIKEY_MOD>", "hl_mod#1", 10_000),
            account("<APIKEY_WORKERS>", "hl_workers#2", 11_433, isTrusted: true),
            account("<APIKEY_NORMAL>", "hl_normal#3", 8659),
            account("<APIKEY_NORMAL2>", "hl_normal2#4", 8659),
            account("<APIKEY_POOR>", "hl_poor#5", 25),
            account("<APIKEY_TRUSTED>", "hl_trusted#6", 8659, isTrusted: true),
        ]
        return script
    }()

    private static func worker(_ name: String, _ model: String, _ id: String, _ speed: Double) -> WorkerRole {
        var role = WorkerRole(name: name, models: [model])
        role.id = id
        role.tokensPerSecond = speed
        return role
    }

    private static func account(
        _ key: String,
        _ name: String,
        _ kudos: Double,
        isTrusted: Bool = false
    ) -> AccountRole {
        var role = AccountRole(key: key)
        role.username = name
        role.kudos = kudos
        role.isTrusted = isTrusted
        return role
    }

    private static let nobody = #"{"prompt": "x", "params": {"max_length": 40}, "models": ["nobody/serves-this-7B"]}"#

    private static func order(
        _ prompt: String,
        n: Int = 1,
        _ model: String = "zai-org/GLM-4.6",
        more: String = ""
    ) -> String {
        #"{"prompt": "\#(prompt)", "params": {"n": \#(n), "max_length": 40\#(more)}, "models": ["\#(model)"]}"#
    }

    private static func done(_ prompt: String, more: String = "") -> Situation {
        Situation(before: [.submit(seconds: 20, order(prompt, more: more))])
    }

    private static let filled = [Step.submit(seconds: 30, nobody, as: "filler")]

    /// 500 anonymous jobs that wait for one model.
    private static let anonymousCrowd = (0..<25).map { index in
        Step.submit(
            seconds: 55 - 2 * Double(index),
            order("x", n: 20, "nobody/serves-this-7B"),
            key: Account.anonymousKey,
            as: "crowd \(index)"
        )
    }

    static let table: [String: Situation] = [
        "anon_other_model_still_ok": Situation(before: anonymousCrowd),
        "err_too_many_prompts_anon": Situation(before: anonymousCrowd),
        "ctx_too_big_16384": Situation(before: filled),
        // An echo is as long as its prompt, so the simulated worker takes longer over it than the recorded one.
        "models_empty_list": Situation(pickupSeconds: 0),
        "models_case_mismatch": Situation(before: filled),
        "models_without_prefix": Situation(before: filled),
        "workers_blacklist": Situation(before: filled),
        "delete_done": done("[[latency:3]] [[reply:done text]]"),
        "status_done": done("[[latency:3]] [[reply:done text]]"),
        "status_done_head_options": done("[[latency:3]] [[reply:done text]]"),
        "status_done_censored": done("[[state:censored]] [[reply:bad]]"),
        "status_done_csam": done("[[state:csam]] [[reply:bad]]"),
        "status_done_empty_text": done("[[empty]]"),
        "status_done_stop_included": done(
            #"[[reply:kept\n### not kept]]"#,
            more: #", "stop_sequence": ["\n###"]"#
        ),
        "status_done_truncated": done("[[len:90]]", more: #", "max_length": 16"#),
        "status_processing": Situation(before: [.submit(seconds: 1.5, order("[[latency:3]]"))]),
        "delete_processing": Situation(before: [.submit(seconds: 1.5, order("[[latency:3]] [[reply:too late?]]"))]),
        "delete_partial_n2": Situation(before: [.submit(seconds: 2.9, order("[[latency:2]] [[len:10]]", n: 2))]),
        "delete_processing_n2": Situation(
            before: [.submit(seconds: 0.9, order("[[latency:4]] [[len:40]]", n: 2))],
            start: 3001.95
        ),
        "status_restarted_once": Situation(pickupSeconds: 0.3),
        "status_done_premature_then_real": Situation(pickupSeconds: 0.25),
        "status_premature_n2": Situation(before: filled, pickupSeconds: 0.1),
        "status_faulted": Situation(pickupSeconds: 0.9, start: 3018.3),
        "status_stale_worker_hangs": Situation(pickupSeconds: 0.9, start: 3016.8),
        "status_404_expired_done": Situation(before: [.submit(seconds: 1300, order("[[reply:x]]"))]),
        "status_404_expired_done_then_deleted": Situation(
            before: [.submit(seconds: 1300, order("[[reply:x]]")), .delete(seconds: 1290, "")]
        ),
        "status_404_expired_queued_never_served": Situation(before: [.submit(seconds: 1300, nobody)]),
        "status_404_expired_queued_then_deleted": Situation(
            before: [.submit(seconds: 1300, nobody), .delete(seconds: 1290, "")]
        ),
        "err_kudos_upfront_slow_workers_false": Situation(
            before: [.submit(seconds: 70, nobody, as: "a"), .submit(seconds: 68, nobody, as: "b")]
        ),
        "submit_ok_after_delete_frees_concurrency": Situation(before: [
            .submit(seconds: 9, order("x", n: 20, "nobody/7B"), key: "<APIKEY_NORMAL2>", as: "a"),
            .submit(seconds: 8, order("x", n: 10, "nobody/7B"), key: "<APIKEY_NORMAL2>", as: "b"),
            .delete(seconds: 2, "a"), .delete(seconds: 1, "b"),
        ]),
        "ratelimit_status_60_per_minute": Situation(
            before: filled + [.submit(seconds: 0.5, nobody)],
            start: 3001.6,
            repeats: 58
        ),
        "ratelimit_submit_90_per_minute": Situation(
            before: (0..<90).map {
                .submit(
                    seconds: 46.5 - 0.515 * Double($0),
                    #"{"prompt": ""}"#,
                    key: Account.anonymousKey,
                    address: "10.6.0.1",
                    as: "-"
                )
            }
        ),
        "ratelimit_find_user": Situation(repeats: 89),
        "ratelimit_models": Situation(repeats: 89),
        "ratelimit_performance": Situation(repeats: 89),
        "ratelimit_workers": Situation(repeats: 89),
    ]

    /// Bodies that the recordings cut short.
    static func body(_ recording: String, _ recorded: String?) -> String? {
        switch recording {
        case "submit_ok_1mb_prompt":
            let prompt = String(repeating: "x", count: 1_000_000)
            return #"{"prompt": "\#(prompt)", "params": {"max_length": 40}, "models": ["nobody/serves-this-7B"]}"#
        case "submit_ok_8000_words":
            let prompt = String(repeating: "word ", count: 8000)
            return #"{"prompt": "\#(prompt)", "params": {"max_length": 40, "max_context_length": 2048}}"#
        default:
            return recorded
        }
    }
}
