/**
 * A client of the License Recovery API. Made from docs/api/schema.json by `make clients`: do not edit it.
 *
 * An ES module for Node 18, browsers and what is made of them; it needs nothing else. Times are texts (RFC 3339, UTC),
 * ids are texts, and words such as states may be joined by new ones.
 */

/** The service refused the call. `code` is stable and for programs, `message` for people; `document` is all it said. */
export class Problem extends Error {
  constructor(document, retryAfter = null) {
    super(document.detail || document.title || "refused");
    this.name = "Problem";
    this.document = document;
    this.status = document.status;
    this.code = document.code;
    this.retryAfter = retryAfter;
  }
}

/** Every row of a list, page after page: `for await (const each of pages((asked) => client.listPurchases(asked), {}))`. */
export async function* pages(call, asked = {}) {
  for (let cursor; cursor !== null;) {
    const page = await call(cursor ? { ...asked, cursor } : asked);
    yield* page.items;
    cursor = page.next;
  }
}

class Connection {
  #url;
  #key;
  #timeout;

  /**
   * @param {string} url the service's address, as https://recover.example.com
   * @param {{apiKey?: string, timeout?: number}} [options] an API key is for the vendor's own systems, never for a page;
   *   the timeout is in milliseconds
   */
  constructor(url, { apiKey = "", timeout = 30000 } = {}) {
    this.#url = `${url.replace(/\/+$/, "")}/api/v1/`;
    this.#key = apiKey;
    this.#timeout = timeout;
  }

  /** `own`: shows the client's API key. Throws `Problem`, and what `fetch` throws where no answer came, or not all of it. */
  async call(method, path, { own = false, bearer = own ? this.#key : "", query, body, headers } = {}) {
    const asked = new URLSearchParams(given(query)).toString();
    const sent = given({ ...headers, Authorization: bearer ? `Bearer ${bearer}` : undefined });
    const answer = await fetch(this.#url + path + (asked && `?${asked}`), {
      method,
      headers: body ? { ...sent, "Content-Type": "application/json" } : sent,
      body: body && JSON.stringify(given(body)),
      redirect: "error", // it would take the key along to another host, and make a GET of a POST
      signal: AbortSignal.timeout(this.#timeout),
    });
    if (!answer.ok) {
      const after = answer.headers.get("Retry-After");
      throw new Problem(await refusal(answer), after === null ? null : Number(after));
    }
    return { document: await answer.json(), etag: answer.headers.get("ETag") ?? "" };
  }
}

/** Else a call with it in the wrong place would go out without, and be refused by words about headers. */
function needed(shown) {
  const [[name, value]] = Object.entries(shown);
  if (!value) throw new TypeError(`The ${name} goes into an object of its own, the last argument: { ${name}: … }`);
  return value;
}

function given(values = {}) {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}

/** What stands before the service may answer without a document. */
async function refusal(answer) {
  try {
    return await answer.json();
  } catch {
    return { status: answer.status, title: answer.statusText, code: "no_document" };
  }
}

/**
 * @typedef {object} Asked
 * @property {string} id
 * @property {string} resend_after
 * @property {string} secret
 */

/**
 * @typedef {object} State
 * @property {string | null} challenge_expires_at
 * @property {string} id
 * @property {string | null} keys_mail
 * @property {string} mail
 * @property {string} state
 * @property {boolean} verified
 */

/**
 * @typedef {object} Proved
 * @property {string} access_token
 * @property {string} expires_at
 */

/**
 * @typedef {object} FormerKey
 * @property {string} replaced_at
 * @property {string} tail
 * @property {string} valid_until
 */

/**
 * @typedef {object} KeyFile
 * @property {string} content
 * @property {string} name
 */

/**
 * @typedef {object} Key
 * @property {string | null} code
 * @property {KeyFile | null} file
 */

/**
 * @typedef {object} License
 * @property {string} activation_help
 * @property {string | null} download_url
 * @property {Array<FormerKey>} former_keys
 * @property {string} id
 * @property {Key | null} key
 * @property {string} order
 * @property {string} platform
 * @property {string} product
 * @property {string} purchased_at
 * @property {string} registered_name
 * @property {string} shop
 * @property {string} sku
 * @property {string} standing
 * @property {string} version
 */

/**
 * @typedef {object} Unplaced
 * @property {string} order
 * @property {string} product
 * @property {string} purchased_at
 * @property {number} quantity
 * @property {string} registered_name
 * @property {string} shop
 * @property {string} standing
 */

/**
 * @typedef {object} Owned
 * @property {string} expires_at
 * @property {string} keys_mail
 * @property {Array<License>} licenses
 * @property {Array<Unplaced>} unplaced
 */

/**
 * @typedef {object} Exchange
 * @property {string} asked_at
 * @property {string | null} completed_at
 * @property {string} from
 * @property {string} id
 * @property {string | null} old_key_until
 * @property {string} state
 * @property {string} to
 * @property {string | null} undone_at
 */

/**
 * @typedef {object} Prospect
 * @property {string | null} allowed_from
 * @property {Exchange | null} latest
 * @property {string} license
 * @property {number | null} moves_left_after
 * @property {string | null} next_move_from
 * @property {string | null} old_key_until
 * @property {string} platform
 * @property {string} reason
 * @property {Array<string>} to
 * @property {string | null} undo_until
 * @property {string} verdict
 */

/**
 * @typedef {object} Moved
 * @property {Exchange} exchange
 * @property {License} license
 */

/**
 * @typedef {object} OwnKey
 * @property {number} calls_per_minute
 * @property {string} expires_at
 * @property {string} id
 * @property {string} name
 * @property {Array<string>} scopes
 */

/**
 * @typedef {object} SoldLine
 * @property {string} id
 * @property {string} name
 * @property {string | null} placed_at
 * @property {string} product_ref
 * @property {number} quantity
 * @property {string | null} receiver
 * @property {string} variant
 */

/**
 * @typedef {object} MarkedRefund
 * @property {string} at
 * @property {string} by
 * @property {string | null} line
 * @property {number | null} units
 */

/**
 * @typedef {object} OtherName
 * @property {string} kind
 * @property {string} value
 */

/**
 * @typedef {object} VendorPurchase
 * @property {string | null} buyer
 * @property {string | null} disputed_at
 * @property {string} id
 * @property {Array<SoldLine>} lines
 * @property {Array<MarkedRefund>} marked_refunds
 * @property {string} ordered_at
 * @property {string | null} paid_at
 * @property {string} recorded_at
 * @property {string} reference
 * @property {Array<OtherName>} references
 * @property {string | null} refunded_at
 * @property {number | null} refunded_units
 * @property {string} state
 * @property {string} store
 * @property {string | null} told_as
 * @property {string | null} won_at
 */

/**
 * @typedef {object} Purchases
 * @property {Array<VendorPurchase>} items
 * @property {string | null} next
 */

/**
 * @typedef {object} ServingKey
 * @property {string} id
 * @property {string} since
 * @property {string} tail
 */

/**
 * @typedef {object} VendorLicense
 * @property {string | null} customer
 * @property {string | null} expires_at
 * @property {string} id
 * @property {ServingKey | null} key
 * @property {string} line
 * @property {string} platform
 * @property {string} product
 * @property {string} purchase
 * @property {string | null} refunded_at
 * @property {string | null} revoked_at
 * @property {string} revoked_reason
 * @property {string} sku
 * @property {string} standing
 * @property {number} unit
 */

/**
 * @typedef {object} Licenses
 * @property {Array<VendorLicense>} items
 * @property {string | null} next
 */

/**
 * @typedef {object} VendorEdition
 * @property {string} id
 * @property {string} key_source
 * @property {number} low_stock_level
 * @property {string} platform
 * @property {string} product
 * @property {string} sku
 * @property {string | null} stocked_at
 * @property {string} version
 */

/**
 * @typedef {object} Editions
 * @property {Array<VendorEdition>} items
 * @property {string | null} next
 */

/**
 * @typedef {object} Mailbox
 * @property {string} address
 * @property {string | null} former_since
 */

/**
 * @typedef {object} VendorCustomer
 * @property {Array<Mailbox>} addresses
 * @property {string} company
 * @property {string} created_at
 * @property {string} full_name
 * @property {string} id
 * @property {string} language
 * @property {boolean | null} newsletter_consent
 */

/**
 * @typedef {object} Customers
 * @property {Array<VendorCustomer>} items
 * @property {string | null} next
 */

/**
 * @typedef {object} VendorExchange
 * @property {string} asked_at
 * @property {string} by
 * @property {string | null} completed_at
 * @property {string | null} customer
 * @property {string | null} ended_at
 * @property {string} from
 * @property {string} from_sku
 * @property {string} id
 * @property {string} kind
 * @property {string} license
 * @property {string | null} old_key_until
 * @property {string} reason
 * @property {string} state
 * @property {string} to
 * @property {string} to_sku
 * @property {string | null} undone_at
 * @property {string} undone_by
 */

/**
 * @typedef {object} Exchanges
 * @property {Array<VendorExchange>} items
 * @property {string | null} next
 */

/**
 * @typedef {object} FailedAttempt
 * @property {string} ended_at
 * @property {number} number
 * @property {string} outcome
 * @property {string} reply
 * @property {string} stage
 */

/**
 * @typedef {object} VendorMessage
 * @property {string | null} accepted_at
 * @property {number} ambiguous
 * @property {string | null} attempt_at
 * @property {number} attempts
 * @property {string | null} composed_as
 * @property {string} created_at
 * @property {string | null} customer
 * @property {string} due_at
 * @property {Array<FailedAttempt>} failed_attempts
 * @property {string} id
 * @property {string} kind
 * @property {string} reply
 * @property {string} state
 * @property {string | null} withheld_because
 */

/**
 * @typedef {object} Messages
 * @property {Array<VendorMessage>} items
 * @property {string | null} next
 */

/**
 * @typedef {object} VendorEvent
 * @property {number} attempts
 * @property {string} connection
 * @property {string} event_id
 * @property {string} id
 * @property {string} kind
 * @property {string | null} processed_at
 * @property {string | null} purchase
 * @property {string} reason
 * @property {string} received_at
 * @property {string | null} said_at
 * @property {string} state
 * @property {string} store
 * @property {boolean} test
 */

/**
 * @typedef {object} Events
 * @property {Array<VendorEvent>} items
 * @property {string | null} next
 */

/**
 * @typedef {object} LoadedKeys
 * @property {Array<number>} in_pool
 * @property {number} new
 * @property {Array<number>} owned
 * @property {Array<number>} repeated
 * @property {number} served
 */

/**
 * @typedef {object} NewKey
 * @property {string} code
 * @property {string} [name]
 * @property {number | null} [seats]
 */

/**
 * @typedef {object} ErasedCustomer
 * @property {boolean} erased
 * @property {string} id
 */

/**
 * @typedef {object} VendorFigure
 * @property {string} day
 * @property {string} figure
 * @property {string} part
 * @property {number} value
 */

/**
 * @typedef {object} Figures
 * @property {Array<VendorFigure>} items
 */

/**
 * @typedef {object} CheckedCode
 * @property {string | null} since
 * @property {string} state
 */

/** Every call of the API. */
export class LicenseRecovery extends Connection {
  /**
   * Ask for a mail with a link and a code. The answer is the same for every address, whether anything is
   * filed under it or not.
   * @param {object} sent
   * @param {string} sent.email The address that the customer bought with.
   * @param {string} [sent.language] Language of the mail, as `en` or `de-AT`. One that there is no mail in gets the vendor's own.
   * @returns {Promise<Asked>}
   */
  async askForMail(sent, { idempotencyKey = undefined } = {}) {
    const answer = await this.call("POST", "recovery-requests/", {
      body: sent,
      headers: { "Idempotency-Key": idempotencyKey },
    });
    return answer.document;
  }

  /**
   * What has become of the mail. The same four states for every address.
   * @param {string} requestId
   * @returns {Promise<State>}
   */
  async showRequest(requestId, { secret } = {}) {
    const answer = await this.call("GET", `recovery-requests/${encodeURIComponent(requestId)}/`, {
      bearer: needed({ secret }),
    });
    return answer.document;
  }

  /**
   * Prove the mailbox by the mailed code. It works once; after five wrong ones none is compared any more,
   * and the mailed link goes on working. The keys are mailed, too, to the address on file.
   * @param {string} requestId
   * @param {object} sent
   * @param {string} sent.code From the mail. Small letters, spaces and dashes make no difference.
   * @returns {Promise<Proved>}
   */
  async proveMailbox(requestId, sent, { secret, idempotencyKey = undefined } = {}) {
    const answer = await this.call("POST", `recovery-requests/${encodeURIComponent(requestId)}/verify/`, {
      bearer: needed({ secret }),
      body: sent,
      headers: { "Idempotency-Key": idempotencyKey },
    });
    return answer.document;
  }

  /**
   * Ask for one more mail to the same address. It has a code of its own; the earlier one works on until its
   * end. A mail that has not gone yet is not sent twice.
   * @param {string} requestId
   * @returns {Promise<Asked>}
   */
  async resendMail(requestId, { secret, idempotencyKey = undefined } = {}) {
    const answer = await this.call("POST", `recovery-requests/${encodeURIComponent(requestId)}/resend/`, {
      bearer: needed({ secret }),
      headers: { "Idempotency-Key": idempotencyKey },
    });
    return answer.document;
  }

  /**
   * All licenses of the customer whose mailbox was proved. Newest purchase first, each with its key or the
   * reason why there is none.
   * @returns {Promise<Owned>}
   */
  async listLicenses({ token } = {}) {
    const answer = await this.call("GET", "licenses/", {
      bearer: needed({ token }),
    });
    return answer.document;
  }

  /**
   * Whether a license may move to another platform. Changes nothing.
   * @param {string} licenseId
   * @returns {Promise<Prospect>}
   */
  async askPolicy(licenseId, { token } = {}) {
    const answer = await this.call("GET", `licenses/${encodeURIComponent(licenseId)}/exchange/`, {
      bearer: needed({ token }),
    });
    return answer.document;
  }

  /**
   * Move a license to another platform. The new key is there at once, or as soon as there is one; the old
   * one goes on until its grace period is over. Asked again, it is the same move.
   * @param {string} licenseId
   * @param {object} sent
   * @param {string} sent.to The platform to move to.
   * @returns {Promise<Moved>}
   */
  async moveLicense(licenseId, sent, { token, idempotencyKey = undefined } = {}) {
    const answer = await this.call("POST", `licenses/${encodeURIComponent(licenseId)}/exchange/`, {
      bearer: needed({ token }),
      body: sent,
      headers: { "Idempotency-Key": idempotencyKey },
    });
    return answer.document;
  }

  /**
   * Take the last move back. The old key serves again, the new one ends at once, and the move still counts.
   * @param {string} licenseId
   * @returns {Promise<Moved>}
   */
  async undoMove(licenseId, { token, idempotencyKey = undefined } = {}) {
    const answer = await this.call("POST", `licenses/${encodeURIComponent(licenseId)}/exchange/undo/`, {
      bearer: needed({ token }),
      headers: { "Idempotency-Key": idempotencyKey },
    });
    return answer.document;
  }

  /**
   * What the key that calls may do. Any good key may ask.
   * @returns {Promise<OwnKey>}
   */
  async showKey() {
    const answer = await this.call("GET", "vendor/key/", {
      own: true,
    });
    return answer.document;
  }

  /**
   * Orders, with what was sold. Newest first, in pages. Needs `purchases:read`.
   * @param {object} sent
   * @param {string} [sent.buyer]
   * @param {string} [sent.cursor] `next` of the page before.
   * @param {number} [sent.limit] How many rows at most.
   * @param {string} [sent.recorded_before] Rows that came on file before; with its zone.
   * @param {string} [sent.recorded_since] Rows that came on file then, or later; with its zone.
   * @param {string} [sent.reference] The shop's order reference.
   * @param {string} [sent.store] The store's name; only along with `reference`.
   * @param {string} [sent.transaction] Any other number that the shop has for it: an invoice, say.
   * @returns {Promise<Purchases>}
   */
  async listPurchases(sent = {}) {
    const answer = await this.call("GET", "vendor/purchases/", {
      own: true,
      query: sent,
    });
    return answer.document;
  }

  /**
   * Put an order on file that no shop tells: for a customer who is on file. It counts as paid, and its
   * licenses get keys as any other's do. The same order again changes nothing. Needs `purchases:write`.
   * @param {object} sent
   * @param {string} sent.email A current address of a customer on file: the buyer.
   * @param {string} sent.ordered_at With its zone.
   * @param {string} sent.reason Why; recorded.
   * @param {string} sent.reference The order's number.
   * @param {string} sent.sku The edition's.
   * @param {number} [sent.quantity]
   * @param {string} [sent.registered_name] If it is not the customer's name.
   * @param {string} [sent.store] The store's name; without it, the one for orders by hand.
   * @returns {Promise<{document: VendorPurchase, etag: string}>}
   */
  async addPurchase(sent, { idempotencyKey = undefined } = {}) {
    const answer = await this.call("POST", "vendor/purchases/", {
      own: true,
      body: sent,
      headers: { "Idempotency-Key": idempotencyKey },
    });
    return answer;
  }

  /**
   * One order. Needs `purchases:read`.
   * @param {string} purchaseId
   * @returns {Promise<{document: VendorPurchase, etag: string}>}
   */
  async showPurchase(purchaseId) {
    const answer = await this.call("GET", `vendor/purchases/${encodeURIComponent(purchaseId)}/`, {
      own: true,
    });
    return answer;
  }

  /**
   * Licenses, each with the key that serves it, by the key's id. Newest first, in pages. Needs
   * `purchases:read`.
   * @param {object} sent
   * @param {string} [sent.cursor] `next` of the page before.
   * @param {string} [sent.customer] Whose they are.
   * @param {string} [sent.ended] Those that ended by themselves.
   * @param {number} [sent.limit] How many rows at most.
   * @param {string} [sent.purchase]
   * @param {string} [sent.recorded_before] Rows that came on file before; with its zone.
   * @param {string} [sent.recorded_since] Rows that came on file then, or later; with its zone.
   * @returns {Promise<Licenses>}
   */
  async listSoldLicenses(sent = {}) {
    const answer = await this.call("GET", "vendor/licenses/", {
      own: true,
      query: sent,
    });
    return answer.document;
  }

  /**
   * One license. Needs `purchases:read`.
   * @param {string} licenseId
   * @returns {Promise<{document: VendorLicense, etag: string}>}
   */
  async showSoldLicense(licenseId) {
    const answer = await this.call("GET", `vendor/licenses/${encodeURIComponent(licenseId)}/`, {
      own: true,
    });
    return answer;
  }

  /**
   * What is sold: a product, in a version, on one platform. Newest first, in pages. Any good key may ask.
   * @param {object} sent
   * @param {string} [sent.cursor] `next` of the page before.
   * @param {number} [sent.limit] How many rows at most.
   * @param {string} [sent.recorded_before] Rows that came on file before; with its zone.
   * @param {string} [sent.recorded_since] Rows that came on file then, or later; with its zone.
   * @returns {Promise<Editions>}
   */
  async listEditions(sent = {}) {
    const answer = await this.call("GET", "vendor/editions/", {
      own: true,
      query: sent,
    });
    return answer.document;
  }

  /**
   * One edition. Any good key may ask.
   * @param {string} editionId
   * @returns {Promise<{document: VendorEdition, etag: string}>}
   */
  async showEdition(editionId) {
    const answer = await this.call("GET", `vendor/editions/${encodeURIComponent(editionId)}/`, {
      own: true,
    });
    return answer;
  }

  /**
   * Customers with their addresses. Newest first, in pages. Needs `customers:read`.
   * @param {object} sent
   * @param {string} [sent.cursor] `next` of the page before.
   * @param {string} [sent.email] Whose address this is now.
   * @param {number} [sent.limit] How many rows at most.
   * @param {string} [sent.recorded_before] Rows that came on file before; with its zone.
   * @param {string} [sent.recorded_since] Rows that came on file then, or later; with its zone.
   * @returns {Promise<Customers>}
   */
  async listCustomers(sent = {}) {
    const answer = await this.call("GET", "vendor/customers/", {
      own: true,
      query: sent,
    });
    return answer.document;
  }

  /**
   * One customer. Needs `customers:read`.
   * @param {string} customerId
   * @returns {Promise<{document: VendorCustomer, etag: string}>}
   */
  async showCustomer(customerId) {
    const answer = await this.call("GET", `vendor/customers/${encodeURIComponent(customerId)}/`, {
      own: true,
    });
    return answer;
  }

  /**
   * Moves to another platform, and leaked keys that were replaced. Newest first, in pages. Needs
   * `exchanges:read`.
   * @param {object} sent
   * @param {string} [sent.cursor] `next` of the page before.
   * @param {string} [sent.customer] Whose the license is.
   * @param {string} [sent.license]
   * @param {number} [sent.limit] How many rows at most.
   * @param {string} [sent.recorded_before] Rows that came on file before; with its zone.
   * @param {string} [sent.recorded_since] Rows that came on file then, or later; with its zone.
   * @param {string} [sent.state]
   * @returns {Promise<Exchanges>}
   */
  async listExchanges(sent = {}) {
    const answer = await this.call("GET", "vendor/exchanges/", {
      own: true,
      query: sent,
    });
    return answer.document;
  }

  /**
   * Move a license on its owner's behalf. At once, or as soon as there is a key; a mail tells the owner.
   * Beyond the product's rules a reason is needed. Needs `exchanges:write`.
   * @param {object} sent
   * @param {string} sent.license
   * @param {string} sent.to
   * @param {string} [sent.reason] Why; recorded. Needed for what goes beyond the product's rules.
   * @returns {Promise<{document: VendorExchange, etag: string}>}
   */
  async moveForOwner(sent, { idempotencyKey = undefined } = {}) {
    const answer = await this.call("POST", "vendor/exchanges/", {
      own: true,
      body: sent,
      headers: { "Idempotency-Key": idempotencyKey },
    });
    return answer;
  }

  /**
   * One move. Needs `exchanges:read`.
   * @param {string} exchangeId
   * @returns {Promise<{document: VendorExchange, etag: string}>}
   */
  async showExchange(exchangeId) {
    const answer = await this.call("GET", `vendor/exchanges/${encodeURIComponent(exchangeId)}/`, {
      own: true,
    });
    return answer;
  }

  /**
   * What became of mails, with the receiving server's words. Newest first, in pages. Needs `messages:read`.
   * @param {object} sent
   * @param {string} [sent.cursor] `next` of the page before.
   * @param {string} [sent.customer] To any address of theirs.
   * @param {number} [sent.limit] How many rows at most.
   * @param {string} [sent.recorded_before] Rows that came on file before; with its zone.
   * @param {string} [sent.recorded_since] Rows that came on file then, or later; with its zone.
   * @param {string} [sent.state]
   * @returns {Promise<Messages>}
   */
  async listMessages(sent = {}) {
    const answer = await this.call("GET", "vendor/messages/", {
      own: true,
      query: sent,
    });
    return answer.document;
  }

  /**
   * One mail. Needs `messages:read`.
   * @param {string} messageId
   * @returns {Promise<{document: VendorMessage, etag: string}>}
   */
  async showMessage(messageId) {
    const answer = await this.call("GET", `vendor/messages/${encodeURIComponent(messageId)}/`, {
      own: true,
    });
    return answer;
  }

  /**
   * What shops notified, and what came of it. Newest first, in pages. Needs `events:read`.
   * @param {object} sent
   * @param {string} [sent.cursor] `next` of the page before.
   * @param {number} [sent.limit] How many rows at most.
   * @param {string} [sent.purchase]
   * @param {string} [sent.recorded_before] Rows that came on file before; with its zone.
   * @param {string} [sent.recorded_since] Rows that came on file then, or later; with its zone.
   * @param {string} [sent.state] Those that wait for a person.
   * @returns {Promise<Events>}
   */
  async listEvents(sent = {}) {
    const answer = await this.call("GET", "vendor/events/", {
      own: true,
      query: sent,
    });
    return answer.document;
  }

  /**
   * One notification. Needs `events:read`.
   * @param {string} eventId
   * @returns {Promise<{document: VendorEvent, etag: string}>}
   */
  async showEvent(eventId) {
    const answer = await this.call("GET", `vendor/events/${encodeURIComponent(eventId)}/`, {
      own: true,
    });
    return answer;
  }

  /**
   * Say that an order was refunded, or some units of one of its lines. It stands beside what the shop says;
   * the licenses end. Needs `purchases:write`.
   * @param {string} purchaseId
   * @param {string} etag
   * @param {object} sent
   * @param {string} sent.reason Why; recorded.
   * @param {string} [sent.line] Without it, the whole order is refunded.
   * @param {number} [sent.units] Of that line, all marked ones together.
   * @returns {Promise<{document: VendorPurchase, etag: string}>}
   */
  async markRefunded(purchaseId, etag, sent, { idempotencyKey = undefined } = {}) {
    const answer = await this.call("POST", `vendor/purchases/${encodeURIComponent(purchaseId)}/refund/`, {
      own: true,
      body: sent,
      headers: { "Idempotency-Key": idempotencyKey, "If-Match": etag },
    });
    return answer;
  }

  /**
   * Take that back. What the shop itself says stays. Needs `purchases:write`.
   * @param {string} purchaseId
   * @param {string} etag
   * @param {object} sent
   * @param {string} sent.reason Why; recorded.
   * @returns {Promise<{document: VendorPurchase, etag: string}>}
   */
  async withdrawRefund(purchaseId, etag, sent, { idempotencyKey = undefined } = {}) {
    const answer = await this.call("POST", `vendor/purchases/${encodeURIComponent(purchaseId)}/refund/withdraw/`, {
      own: true,
      body: sent,
      headers: { "Idempotency-Key": idempotencyKey, "If-Match": etag },
    });
    return answer;
  }

  /**
   * End one license. Its key counts no more; restoring brings it back. Needs `purchases:write`.
   * @param {string} licenseId
   * @param {string} etag
   * @param {object} sent
   * @param {string} sent.reason Why; recorded.
   * @returns {Promise<{document: VendorLicense, etag: string}>}
   */
  async revokeLicense(licenseId, etag, sent, { idempotencyKey = undefined } = {}) {
    const answer = await this.call("POST", `vendor/licenses/${encodeURIComponent(licenseId)}/revoke/`, {
      own: true,
      body: sent,
      headers: { "Idempotency-Key": idempotencyKey, "If-Match": etag },
    });
    return answer;
  }

  /**
   * Let a revoked license count again, with the key that it had. Needs `purchases:write`.
   * @param {string} licenseId
   * @param {string} etag
   * @param {object} sent
   * @param {string} sent.reason Why; recorded.
   * @returns {Promise<{document: VendorLicense, etag: string}>}
   */
  async restoreLicense(licenseId, etag, sent, { idempotencyKey = undefined } = {}) {
    const answer = await this.call("POST", `vendor/licenses/${encodeURIComponent(licenseId)}/restore/`, {
      own: true,
      body: sent,
      headers: { "Idempotency-Key": idempotencyKey, "If-Match": etag },
    });
    return answer;
  }

  /**
   * Give a license another key for one that leaked. The leaked one ends at once; a mail tells the owner.
   * Needs `exchanges:write`.
   * @param {string} licenseId
   * @param {string} etag
   * @param {object} sent
   * @param {string} sent.reason Why; recorded.
   * @returns {Promise<{document: VendorExchange, etag: string}>}
   */
  async replaceLeakedKey(licenseId, etag, sent, { idempotencyKey = undefined } = {}) {
    const answer = await this.call("POST", `vendor/licenses/${encodeURIComponent(licenseId)}/replace-key/`, {
      own: true,
      body: sent,
      headers: { "Idempotency-Key": idempotencyKey, "If-Match": etag },
    });
    return answer;
  }

  /**
   * Load registration keys into an edition's pool, all or none. Licenses that waited get theirs at once.
   * Keys that are known already are counted, and left as they are. Needs `keys:write`.
   * @param {string} editionId
   * @param {object} sent
   * @param {Array<NewKey>} sent.keys
   * @param {boolean} [sent.also_elsewhere] Take keys that another edition has, too.
   * @returns {Promise<LoadedKeys>}
   */
  async loadKeys(editionId, sent, { idempotencyKey = undefined } = {}) {
    const answer = await this.call("POST", `vendor/editions/${encodeURIComponent(editionId)}/keys/`, {
      own: true,
      body: sent,
      headers: { "Idempotency-Key": idempotencyKey },
    });
    return answer.document;
  }

  /**
   * Erase all that is held of a customer. Their orders and keys stay without them. It cannot be undone.
   * Needs `customers:erase`.
   * @param {string} customerId
   * @param {string} etag
   * @param {object} sent
   * @param {string} sent.reason Who asked, and how.
   * @returns {Promise<ErasedCustomer>}
   */
  async eraseCustomer(customerId, etag, sent, { idempotencyKey = undefined } = {}) {
    const answer = await this.call("POST", `vendor/customers/${encodeURIComponent(customerId)}/erase/`, {
      own: true,
      body: sent,
      headers: { "Idempotency-Key": idempotencyKey, "If-Match": etag },
    });
    return answer.document;
  }

  /**
   * Allow a move that a person decides. Needs `exchanges:write`.
   * @param {string} exchangeId
   * @param {string} etag
   * @param {object} sent
   * @param {string} sent.reason Why; recorded.
   * @returns {Promise<{document: VendorExchange, etag: string}>}
   */
  async approveExchange(exchangeId, etag, sent, { idempotencyKey = undefined } = {}) {
    const answer = await this.call("POST", `vendor/exchanges/${encodeURIComponent(exchangeId)}/approve/`, {
      own: true,
      body: sent,
      headers: { "Idempotency-Key": idempotencyKey, "If-Match": etag },
    });
    return answer;
  }

  /**
   * Decline it. The customer reads the reason in a mail. Needs `exchanges:write`.
   * @param {string} exchangeId
   * @param {string} etag
   * @param {object} sent
   * @param {string} sent.reason Why; recorded.
   * @returns {Promise<{document: VendorExchange, etag: string}>}
   */
  async declineExchange(exchangeId, etag, sent, { idempotencyKey = undefined } = {}) {
    const answer = await this.call("POST", `vendor/exchanges/${encodeURIComponent(exchangeId)}/decline/`, {
      own: true,
      body: sent,
      headers: { "Idempotency-Key": idempotencyKey, "If-Match": etag },
    });
    return answer;
  }

  /**
   * Ask the customer about it, by mail. Needs `exchanges:write`.
   * @param {string} exchangeId
   * @param {string} etag
   * @param {object} sent
   * @param {string} sent.text What the customer reads in a mail, and can answer.
   * @returns {Promise<{document: VendorExchange, etag: string}>}
   */
  async askBackAboutExchange(exchangeId, etag, sent, { idempotencyKey = undefined } = {}) {
    const answer = await this.call("POST", `vendor/exchanges/${encodeURIComponent(exchangeId)}/ask/`, {
      own: true,
      body: sent,
      headers: { "Idempotency-Key": idempotencyKey, "If-Match": etag },
    });
    return answer;
  }

  /**
   * Take a move back, within its grace period. The old key serves again. Needs `exchanges:write`.
   * @param {string} exchangeId
   * @param {string} etag
   * @returns {Promise<{document: VendorExchange, etag: string}>}
   */
  async undoExchange(exchangeId, etag, { idempotencyKey = undefined } = {}) {
    const answer = await this.call("POST", `vendor/exchanges/${encodeURIComponent(exchangeId)}/undo/`, {
      own: true,
      headers: { "Idempotency-Key": idempotencyKey, "If-Match": etag },
    });
    return answer;
  }

  /**
   * Give up a move that is still open. The license keeps its key. Needs `exchanges:write`.
   * @param {string} exchangeId
   * @param {string} etag
   * @returns {Promise<{document: VendorExchange, etag: string}>}
   */
  async cancelExchange(exchangeId, etag, { idempotencyKey = undefined } = {}) {
    const answer = await this.call("POST", `vendor/exchanges/${encodeURIComponent(exchangeId)}/cancel/`, {
      own: true,
      headers: { "Idempotency-Key": idempotencyKey, "If-Match": etag },
    });
    return answer;
  }

  /**
   * The figures of up to 31 days, as the console's first page counts them. Needs `figures:read`.
   * @param {object} sent
   * @param {string} sent.since The first day, in UTC.
   * @param {string} sent.until The last day; at most 31 of them.
   * @returns {Promise<Figures>}
   */
  async listFigures(sent) {
    const answer = await this.call("GET", "vendor/figures/", {
      own: true,
      query: sent,
    });
    return answer.document;
  }

  /**
   * Whether a code counts. Answers nothing about whose it is. Only where the vendor has switched it on.
   * @param {object} sent
   * @param {string} sent.code The code, in any spelling that the edition forgives.
   * @param {string} sent.sku The edition's SKU, as your catalogue has it.
   * @returns {Promise<CheckedCode>}
   */
  async checkKey(sent, { idempotencyKey = undefined } = {}) {
    const answer = await this.call("POST", "keys/check/", {
      body: sent,
      headers: { "Idempotency-Key": idempotencyKey },
    });
    return answer.document;
  }
}
