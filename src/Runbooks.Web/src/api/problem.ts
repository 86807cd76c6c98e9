/** A refusal or a fault as the control plane words it: what happened, why, what to do, and the id of the report. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';

  constructor(
    readonly status: number,
    readonly code: string,
    title: string,
    readonly why: string,
    readonly correction: string,
    readonly traceId: string,
    readonly field: string | null = null,
    readonly details: Readonly<Record<string, string>> = {},
  ) {
    super(title);
  }

  static unreachable(error: unknown): ApiProblem {
    return new ApiProblem(
      0,
      'RB-WEB-001',
      'The control plane does not answer.',
      error instanceof Error ? error.message : String(error),
      'Nothing was changed by this page that it knows of. It tries again by itself; `runbooks status` asks from a terminal.',
      '',
    );
  }
}

export async function problemOf(response: Response): Promise<ApiProblem> {
  const text = await response.text();
  try {
    const read = JSON.parse(text) as Record<string, unknown>;
    return new ApiProblem(
      response.status,
      String(read['code'] ?? ''),
      String(read['title'] ?? response.statusText),
      String(read['cause'] ?? ''),
      String(read['correction'] ?? ''),
      String(read['traceId'] ?? ''),
      typeof read['field'] === 'string' ? read['field'] : null,
      (read['details'] ?? {}) as Record<string, string>,
    );
  } catch {
    return new ApiProblem(
      response.status,
      'RB-WEB-002',
      `The server answered ${response.status} without saying why.`,
      text.slice(0, 200),
      'Try again; if it stays, look at the control plane with `runbooks status`.',
      '',
    );
  }
}
