// The bounds of all work on schemas: both the schema and the value come from strangers, and the server has one loop.

/// How much is done for one schema and one value.
enum SchemaLimits {
    /// Parts of a schema that are read.
    ///
    /// The rest of it allows everything; the largest real schemas have some thousand.
    static let nodesMax = 20_000
    /// The comparisons that finding the targets of `$ref` may take in all.
    static let lookUpsMax = 4_000_000
    /// Schemas applied within one another; a value is at most 128 levels deep, each with a reference and an alternative.
    static let depthMax = 400
    /// The steps of one check, each of some nanoseconds to a microsecond; what is left after them is taken as valid.
    static let stepsMax = 200_000
    /// The problems that are reported for one value; the model is told three.
    static let problemsMax = 8
    /// The alternatives that an array or an object is mended for.
    static let alternativesMax = 4
    /// References and alternatives followed to find out what a document begins with, and how many of each.
    static let openingDepthMax = 8
    /// Scalars of a regular expression; a longer one is not checked.
    static let patternScalarsMax = 2_000
    /// Instructions of a compiled expression; a larger one is not checked.
    static let patternInstructionsMax = 4_000
    /// Groups within one another in an expression.
    static let patternDepthMax = 50
}
