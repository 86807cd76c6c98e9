// The only place that names the Temporal library: with -p:TemporalSdk=Official the same code compiles against the official package.
#if TEMPORAL_OFFICIAL
global using Temporalio.Activities;
global using Temporalio.Common;
global using Temporalio.Exceptions;
global using Temporalio.Workflows;
#else
global using Runbooks.Temporal.Activities;
global using Runbooks.Temporal.Common;
global using Runbooks.Temporal.Exceptions;
global using Runbooks.Temporal.Workflows;
#endif
global using Microsoft.Extensions.Logging;
