import Horde
import OpenAI

// What a request says beyond OpenAI's own parameters, in Horde's terms. Both sides have the same ranges, so that
// nothing is decided here.

extension GenerationOrder {
    /// Takes the samplers and the choice of workers of a request.
    mutating func take(_ parameters: CompletionParameters) {
        params.take(parameters.samplers)
        trustedWorkers = parameters.horde.trustedWorkers
        slowWorkers = parameters.horde.slowWorkers
        validatedBackends = parameters.horde.validatedBackends
        allowDowngrade = parameters.horde.allowDowngrade
        workers = parameters.horde.workers
        workerBlacklist = parameters.horde.workerBlacklist
    }
}

extension GenerationOrder.Parameters {
    fileprivate mutating func take(_ samplers: Samplers) {
        topK = samplers.topK
        minP = samplers.minP
        topA = samplers.topA
        typical = samplers.typical
        tfs = samplers.tfs
        repetitionPenalty = samplers.repetitionPenalty
        repetitionPenaltyRange = samplers.repetitionPenaltyRange
        repetitionPenaltySlope = samplers.repetitionPenaltySlope
        dynatempRange = samplers.dynatempRange
        dynatempExponent = samplers.dynatempExponent
        smoothingFactor = samplers.smoothingFactor
        samplerOrder = samplers.samplerOrder
    }
}
