/** A REAL run with everything a person meets in one: approval, an act that is undone, a question, a step that fails. */
export const maintenance = `apiVersion: runbooks/v1
kind: Runbook
metadata:
  name: maintenance
  title: Maintenance of the orders database
  owner: dr
spec:
  for: custom
  objectives: { rto: 15m, rpo: 0s }
  approvals: { real: { of: approver, count: 1, notRequester: true, expires: 30m }, drill: none }
  defaults: { onFailure: ask, retry: { attempts: 1, initial: 1s, factor: 2, max: 1s } }
  steps:
    - id: window
      title: Wait for the window
      uses: delay
      with: { for: 5s }
    - id: point
      title: Make a recovery point
      uses: recovery-point.create
    - id: stop
      title: Stop the machines
      uses: group.stop
      compensate: { uses: group.start-wave }
    - id: work
      title: Do the work in the hall
      uses: manual
      with: { instructions: "Swap the power supply of rack 7, then say that it is done.", of: operator }
    - id: tell
      title: Tell the load balancer
      uses: http.call
      with: { url: "http://127.0.0.1:9/orders" }
    - id: settle
      title: Let it settle
      uses: delay
      with: { for: 2s }
    - id: machines
      title: Start the machines
      uses: group.start-wave
`;

/** A run that ends badly at once, for the page of a failed run. */
export const failing = `apiVersion: runbooks/v1
kind: Runbook
metadata:
  name: expectation
  title: An expectation that is not met
  owner: dr
spec:
  for: custom
  approvals: { real: none, drill: none }
  defaults: { onFailure: fail, retry: { attempts: 1, initial: 1s, factor: 2, max: 1s } }
  steps:
    - id: settle
      uses: delay
      with: { for: 1s }
    - id: expect
      title: Somebody is in the hall
      uses: condition
      with: { value: nobody, is: somebody, message: "Nobody is in the hall." }
`;
