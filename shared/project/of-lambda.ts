/**
 * Clients of AWS that a deployed function takes from Lambda's runtime: few pipelines need them, and they would make each bundle larger. On a
 * machine nothing asks for them.
 */
export const OF_LAMBDA = ['@aws-sdk/client-secrets-manager'];
