/** A client by the types that the API reference generates: it compiles, or one of them is wrong. */
import createClient from "openapi-fetch";

import type { components, paths } from "./dancu.js";

// JSON is what is asked for: the same answers may come signed (JWS), some of them as XML.
type Verification = components["schemas"]["VerificationAnswer"];
type Residence = components["schemas"]["ResidenceAnswer"];

const dancu = createClient<paths>({ baseUrl: "http://127.0.0.1:8000" });

export async function verify(token: string, number: string, name: string): Promise<Verification> {
  const answer = await dancu.POST("/v1/verifications", {
    headers: { Authorization: `Bearer ${token}` },
    body: { number, claims: { full_name: name }, purpose: "ekyc" },
  });
  if (answer.error !== undefined) {
    const { code, next, fault_of: faultOf, request_id: requestId } = answer.error;
    throw new Error(`${code}: ${next} (${faultOf}, ${requestId})`);
  }
  return answer.data as Verification;
}

export async function residence(token: string, number: string): Promise<string | undefined> {
  const answer = await dancu.POST("/v1/disclosures/residence", {
    headers: { Authorization: `Bearer ${token}` },
    body: {
      number,
      fields: ["permanent_residence"],
      purpose: "administrative-procedure",
      officer: "can-bo-1",
      dossier: "H26.1-260101-0001",
    },
  });
  if (answer.error !== undefined) {
    throw new Error(answer.error.code);
  }
  return (answer.data as Residence).data?.permanent_residence?.place.text;
}

export async function persona(operator: string, name: string): Promise<string> {
  const answer = await dancu.GET("/control/v1/personas/{name}", {
    headers: { Authorization: `Bearer ${operator}` },
    params: { path: { name } },
  });
  if (answer.error === undefined) {
    return answer.data.pin;
  }
  throw new Error(answer.error.detail);
}
