/*
 * phone-system: the licenses, telephone numbers and port orders of a cloud phone system, as an
 * embeddable library. This file is made from the library's sources; do not edit it.
 *
 * Statuses. A call that can fail returns a phs_status: PHS_OK, or why it failed. The thread's last
 * error then has the sentence and the figures: phs_last_error_message(), phs_last_error_json().
 *
 * Outputs. They are written only on success; on failure an output that is a pointer is NULL, and
 * any other is untouched unless its call says otherwise.
 *
 * Texts. What goes in is UTF-8 with its length and needs no NUL at its end; without a length beside
 * it, and in structs, it ends with NUL. Answers end with NUL and are freed with phs_string_free();
 * texts that are `const char *` are never freed.
 *
 * Instants are microseconds since 1970 began, in UTC; durations are microseconds; amounts are
 * millionths of a currency.
 *
 * NULL. A pointer that a call needs may not be NULL, an empty text's neither: the call then returns
 * PHS_BOUNDARY_NULL_ARGUMENT and does nothing. Arguments that may be NULL are named.
 *
 * Threads. Every call may be made from any thread at any time, also with the same handle. The last
 * error is kept by thread.
 *
 * Forks. A process that was forked from one that has a store open must leave that system alone: its
 * calls return PHS_STORE_FORKED there. See phs_system_open_store().
 *
 * Defects. A panic inside the library is caught and returned as PHS_BOUNDARY_PANIC.
 */

#ifndef PHONE_SYSTEM_H
#define PHONE_SYSTEM_H

#include <stddef.h>
#include <stdint.h>

/** The version of the library that this header belongs to. */
#define PHS_VERSION "0.1.0"
/** The first part of PHS_VERSION. */
#define PHS_VERSION_MAJOR 0
/** The second part of PHS_VERSION. */
#define PHS_VERSION_MINOR 1
/** The third part of PHS_VERSION. */
#define PHS_VERSION_PATCH 0

/**
 * What a call returns. Numbers and names are never reused for anything else; programs must expect
 * numbers that are not here yet.
 */
enum phs_status
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif
{
  /** The call succeeded. */
  PHS_OK = 0,
  /** A pointer that must not be NULL was NULL. */
  PHS_BOUNDARY_NULL_ARGUMENT = 1,
  /** Bytes that must be UTF-8 are not. */
  PHS_BOUNDARY_NOT_UTF8 = 2,
  /** The handle was closed before this call. */
  PHS_BOUNDARY_HANDLE_CLOSED = 3,
  /** A defect of this library was caught at its boundary; nothing was changed. */
  PHS_BOUNDARY_PANIC = 4,
  /** The program was compiled against another version of the C interface. */
  PHS_BOUNDARY_ABI_MISMATCH = 5,
  /** The buffer is too small for the answer. */
  PHS_BOUNDARY_BUFFER_TOO_SMALL = 6,
  /** The text is not the JSON that was asked for. */
  PHS_ENVELOPE_MALFORMED = 100,
  /** No command has this name. */
  PHS_ENVELOPE_UNKNOWN_COMMAND = 101,
  /** No query has this name. */
  PHS_ENVELOPE_UNKNOWN_QUERY = 102,
  /** The command or query is an organization's, and none was named. */
  PHS_ENVELOPE_ORGANIZATION_MISSING = 103,
  /** An organization was named where none may be. */
  PHS_ENVELOPE_ORGANIZATION_UNEXPECTED = 104,
  /** The idempotency key was used before, with another command. */
  PHS_IDEMPOTENCY_KEY_REUSED = 110,
  /** The instant lies before the last one recorded, by more than the tolerance. */
  PHS_TIME_BEFORE_LAST = 120,
  /** At least one item of an all-or-nothing list was refused, so none was done. */
  PHS_BULK_REFUSED = 130,
  /** No open ticket has this number: it was waited for already, or never given out. */
  PHS_SYSTEM_TICKET_UNKNOWN = 140,
  /** An event does not fit the state it is to be applied to; nothing was changed. */
  PHS_SYSTEM_INCONSISTENT = 141,
  /** The text is longer than any written telephone number. */
  PHS_NUMBER_TEXT_TOO_LONG = 1000,
  /** The text is not a telephone number. */
  PHS_NUMBER_NOT_A_NUMBER = 1001,
  /**
   * The country cannot be told: no country code in the number, no country given, or an
   * unassigned code.
   */
  PHS_NUMBER_COUNTRY_UNKNOWN = 1002,
  /** The number has too few digits. */
  PHS_NUMBER_TOO_SHORT = 1003,
  /** The number has too many digits. */
  PHS_NUMBER_TOO_MANY_DIGITS = 1004,
  /** The number has the right form but lies in no range in use of its country's numbering plan. */
  PHS_NUMBER_INVALID = 1005,
  /** The text is not a table of comma-separated values with a header. */
  PHS_TABLE_UNREADABLE = 1100,
  /** A required column is missing from the header. */
  PHS_TABLE_COLUMN_MISSING = 1101,
  /** A cell holds a value that its column cannot have. */
  PHS_TABLE_BAD_VALUE = 1102,
  /** A prefix stands in a table of destinations twice. */
  PHS_DESTINATIONS_TWICE = 1103,
  /** The header has a column that is not known and might decide a price. */
  PHS_TABLE_COLUMN_UNKNOWN = 1104,
  /** An override lies outside what the rule can be. */
  PHS_RULES_OUT_OF_RANGE = 1500,
  /** At least one seat must be named. */
  PHS_LICENSING_ZERO_SEATS = 2001,
  /** The number of seats would exceed what can be counted. */
  PHS_LICENSING_TOO_MANY_SEATS = 2002,
  /** Another licence has to be there first. */
  PHS_LICENSING_PREREQUISITE_MISSING = 2003,
  /** All seats bought of the SKU are assigned. */
  PHS_LICENSING_NO_SEATS_LEFT = 2004,
  /** The user holds the licence already. */
  PHS_LICENSING_ALREADY_ASSIGNED = 2005,
  /** The user does not hold the licence. */
  PHS_LICENSING_NOT_ASSIGNED = 2006,
  /** Fewer seats are free than are to be cancelled. */
  PHS_LICENSING_SEATS_IN_USE = 2007,
  /** Another licence of the user, or of the organization, needs this one. */
  PHS_LICENSING_STILL_NEEDED = 2008,
  /** The user's number needs the licence; unassign the number first. */
  PHS_LICENSING_USER_HOLDS_NUMBER = 2009,
  /** The user has another usage location. */
  PHS_LICENSING_USAGE_LOCATION_CONFLICT = 2010,
  /** At least one user with at least one licence must be named. */
  PHS_LICENSING_NOTHING_NAMED = 2011,
  /** Communications Credits have to be set up first. */
  PHS_BILLING_CREDITS_NOT_SET_UP = 2500,
  /** Communications Credits are set up already. */
  PHS_BILLING_CREDITS_ALREADY_SET_UP = 2501,
  /** Toll-free numbers need Communications Credits with a positive balance. */
  PHS_BILLING_BALANCE_NOT_POSITIVE = 2502,
  /** An amount has to be more than nothing. */
  PHS_BILLING_AMOUNT_NOT_POSITIVE = 2503,
  /** The balance would exceed what an account can hold. */
  PHS_BILLING_BALANCE_TOO_LARGE = 2504,
  /** A purchase order goes with an enterprise agreement. */
  PHS_BILLING_PURCHASE_ORDER_ALONE = 2505,
  /** Auto-recharge is not set. */
  PHS_BILLING_AUTO_RECHARGE_NOT_SET = 2506,
  /** No recharge with this number is pending. */
  PHS_BILLING_RECHARGE_UNKNOWN = 2507,
  /** The price list is in another currency than the account. */
  PHS_BILLING_CURRENCY_MISMATCH = 2508,
  /** The price list was not given to this system, or another one under its name. */
  PHS_BILLING_TARIFF_UNKNOWN = 2509,
  /** No price list is chosen. */
  PHS_BILLING_TARIFF_NOT_CHOSEN = 2510,
  /** The call was charged already. */
  PHS_BILLING_ALREADY_CHARGED = 2511,
  /** The caller has no calling plan. */
  PHS_BILLING_NO_PLAN = 2512,
  /** The caller has no Communications Credits licence, and the minutes do not suffice. */
  PHS_BILLING_CREDITS_LICENSE_MISSING = 2513,
  /** Neither minutes nor credits suffice for the call. */
  PHS_BILLING_FUNDS_TOO_LOW = 2514,
  /** The country of the number called cannot be told. */
  PHS_BILLING_DESTINATION_UNKNOWN = 2515,
  /** The call is longer than any call is charged for. */
  PHS_BILLING_CALL_TOO_LONG = 2516,
  /** The call began after the instant of the command. */
  PHS_BILLING_CALL_IN_FUTURE = 2517,
  /** The enterprise agreement is not known here; add it first. */
  PHS_BILLING_AGREEMENT_UNKNOWN = 2518,
  /** The enterprise agreement is known already. */
  PHS_BILLING_AGREEMENT_KNOWN = 2519,
  /** Communications Credits are not sold in the country. */
  PHS_BILLING_NOT_SOLD_HERE = 2520,
  /** Nothing is held for the call: it was never authorized, or its hold has ended. */
  PHS_BILLING_NOT_AUTHORIZED = 2521,
  /** The call is authorized already. */
  PHS_BILLING_ALREADY_AUTHORIZED = 2522,
  /** A call cannot be authorized for so long. */
  PHS_BILLING_LENGTH_OUT_OF_RANGE = 2523,
  /** An extension has to be longer than what the call may last already. */
  PHS_BILLING_NOT_LONGER = 2524,
  /** The user has spent what may be spent in the month. */
  PHS_BILLING_SPEND_LIMIT_REACHED = 2525,
  /** The user's dial-out policy does not let the call go there. */
  PHS_BILLING_DIAL_OUT_REFUSED = 2526,
  /** Nobody can call the destination from there. */
  PHS_BILLING_DESTINATION_BARRED = 2527,
  /** So much of the call was not paid from credits. */
  PHS_BILLING_NOT_REFUNDABLE = 2528,
  /** There are fewer credits than are to be taken. */
  PHS_BILLING_BALANCE_TOO_LOW = 2529,
  /** The account is postpaid already. */
  PHS_BILLING_POSTPAID_ALREADY = 2530,
  /** The books of the month are closed. */
  PHS_BILLING_MONTH_CLOSED = 2531,
  /** The books of the month cannot be closed yet. */
  PHS_BILLING_MONTH_OPEN = 2532,
  /** The monthly cap leaves no room for one recharge. */
  PHS_BILLING_CAP_TOO_LOW = 2533,
  /** A statement is of a time that has passed. */
  PHS_BILLING_PERIOD_OUT_OF_RANGE = 2534,
  /** The price list has no row. */
  PHS_TARIFF_EMPTY = 2600,
  /** A prefix stands in the price list twice. */
  PHS_TARIFF_PREFIX_TWICE = 2601,
  /** The price list has no price for the number. */
  PHS_TARIFF_NO_RATE = 2602,
  /** The call costs more than can be reckoned. */
  PHS_TARIFF_OUT_OF_RANGE = 2603,
  /** A setting of the price list cannot have this value. */
  PHS_TARIFF_BAD_SETTING = 2604,
  /** A window of the price list cannot be used. */
  PHS_TARIFF_BAD_WINDOW = 2605,
  /** A row of the price list cannot be used. */
  PHS_TARIFF_BAD_RATE = 2606,
  /** A row names a window that the price list does not have. */
  PHS_TARIFF_WINDOW_UNKNOWN = 2607,
  /** Two rows of a prefix would be in force at the same time. */
  PHS_TARIFF_WINDOWS_OVERLAP = 2608,
  /** The price list has more rows than are kept. */
  PHS_TARIFF_TOO_LARGE = 2609,
  /** The charge was made by another price list. */
  PHS_TARIFF_OTHER = 2610,
  /** Prices in different currencies are not compared or converted. */
  PHS_TARIFF_CURRENCY_DIFFERS = 2611,
  /** At least one number must be asked for. */
  PHS_INVENTORY_NOTHING_ASKED = 3000,
  /** More numbers were asked for than one search may reserve. */
  PHS_INVENTORY_SEARCH_TOO_LARGE = 3001,
  /** Service numbers of this country are ordered by form, not by search. */
  PHS_INVENTORY_BY_FORM_ONLY = 3002,
  /** As many reservations are open as may be. */
  PHS_INVENTORY_TOO_MANY_RESERVATIONS = 3003,
  /** More numbers would be reserved at once than may be. */
  PHS_INVENTORY_TOO_MANY_RESERVED = 3004,
  /** The licences entitle to fewer numbers. */
  PHS_INVENTORY_ALLOWANCE_EXCEEDED = 3005,
  /** The provider has fewer free numbers that fit. */
  PHS_INVENTORY_OUT_OF_STOCK = 3006,
  /** The organization has no order with this number. */
  PHS_INVENTORY_ORDER_UNKNOWN = 3007,
  /** The order was completed or cancelled already. */
  PHS_INVENTORY_ORDER_CLOSED = 3008,
  /** The reservation ended before the numbers were acquired. */
  PHS_INVENTORY_ORDER_EXPIRED = 3009,
  /** The number is not among those that the order reserves. */
  PHS_INVENTORY_NOT_IN_ORDER = 3010,
  /** An order is acquired whole under these rules. */
  PHS_INVENTORY_WHOLE_ORDER_ONLY = 3011,
  /** The organization does not own the number. */
  PHS_INVENTORY_NUMBER_UNKNOWN = 3012,
  /** The number is assigned; unassign it first. */
  PHS_INVENTORY_NUMBER_ASSIGNED = 3013,
  /** The number is not assigned. */
  PHS_INVENTORY_NUMBER_NOT_ASSIGNED = 3014,
  /** The number is blocked; lift the block first. */
  PHS_INVENTORY_NUMBER_BLOCKED = 3015,
  /** The number is not blocked. */
  PHS_INVENTORY_NUMBER_NOT_BLOCKED = 3016,
  /** A block lasts from one day to the longest that the rules allow, or forever. */
  PHS_INVENTORY_BLOCK_DAYS_OUT_OF_RANGE = 3017,
  /** The rules do not put numbers on this sort of target. */
  PHS_INVENTORY_TARGET_NOT_IN_RULES = 3018,
  /** A number of this kind cannot serve this sort of target. */
  PHS_INVENTORY_KIND_CANNOT_SERVE = 3019,
  /** The user lacks a licence that calling needs. */
  PHS_INVENTORY_USER_UNLICENSED = 3020,
  /** The number's country is not the user's usage location. */
  PHS_INVENTORY_COUNTRY_MISMATCH = 3021,
  /** The target holds a number already and can hold one only. */
  PHS_INVENTORY_TARGET_HAS_NUMBER = 3022,
  /** The number is owned already. */
  PHS_INVENTORY_ALREADY_OWNED = 3023,
  /** More numbers were named than one order may release. */
  PHS_INVENTORY_RELEASE_TOO_LARGE = 3024,
  /** The number is known to the provider's stock already. */
  PHS_INVENTORY_IN_STOCK = 3025,
  /** The numbering plan says that the number is of another kind. */
  PHS_INVENTORY_KIND_MISMATCH = 3026,
  /** The number does not belong to the country given. */
  PHS_INVENTORY_NUMBER_COUNTRY = 3027,
  /** A page has from one row to the most that one list may have. */
  PHS_INVENTORY_PAGE_OUT_OF_RANGE = 3028,
  /** The number is not waiting to be offered again. */
  PHS_INVENTORY_NOT_RELEASED = 3029,
  /** No resource-account licence is left for the account that is to hold the number. */
  PHS_INVENTORY_RESOURCE_ACCOUNT_UNLICENSED = 3030,
  /** A command names at most a million numbers. */
  PHS_INVENTORY_LIST_TOO_LONG = 3031,
  /** The organization has no address with this id, so it cannot be a number's location. */
  PHS_INVENTORY_ADDRESS_UNKNOWN = 3032,
  /** The address is not validated, so it cannot be a number's location. */
  PHS_INVENTORY_ADDRESS_NOT_VALIDATED = 3033,
  /** The address is not in the number's country. */
  PHS_INVENTORY_ADDRESS_COUNTRY = 3034,
  /** In this country a number is assigned to a user with an emergency address only. */
  PHS_INVENTORY_LOCATION_MISSING = 3035,
  /** More numbers were named than one order may give a location. */
  PHS_INVENTORY_LOCATION_ORDER_TOO_LARGE = 3036,
  /** The number is not assigned to a user, so there is nobody to tell. */
  PHS_INVENTORY_NOT_HELD_BY_USER = 3037,
  /** At least one number must be named. */
  PHS_PORTING_NO_NUMBERS = 4000,
  /** The wizard takes fewer numbers; more go as one service request. */
  PHS_PORTING_TOO_MANY_NUMBERS = 4001,
  /** The wizard does not serve this country; send a service request. */
  PHS_PORTING_WIZARD_COUNTRY = 4002,
  /** The wizard does not take numbers of this kind; send a service request. */
  PHS_PORTING_WIZARD_KIND = 4003,
  /** A number of the order belongs to another country. */
  PHS_PORTING_NUMBER_COUNTRY = 4004,
  /** Toll-free and other numbers go in different orders. */
  PHS_PORTING_KIND_MISMATCH = 4005,
  /** A number of the order is with the provider already. */
  PHS_PORTING_ALREADY_OWNED = 4006,
  /** A number of the order is in another open order. */
  PHS_PORTING_IN_OPEN_ORDER = 4007,
  /** The organization has no port order with this number. */
  PHS_PORTING_ORDER_UNKNOWN = 4008,
  /** The port order was cancelled already. */
  PHS_PORTING_ORDER_CLOSED = 4009,
  /** An order names at most a million numbers. */
  PHS_PORTING_LIST_TOO_LONG = 4010,
  /** Another order of the account is open; orders of one account go one after the other. */
  PHS_PORTING_ACCOUNT_BUSY = 4011,
  /** The order needs a letter of authorization, and nobody is named who signs it. */
  PHS_PORTING_LETTER_MISSING = 4012,
  /** The transfer would lie before the instant of the command. */
  PHS_PORTING_TRANSFER_IN_THE_PAST = 4013,
  /** The transfer lies further ahead than the rules allow. */
  PHS_PORTING_TRANSFER_TOO_FAR = 4014,
  /** The transfer lies nearer than the country's lead time. */
  PHS_PORTING_TRANSFER_TOO_SOON = 4015,
  /** A full port takes the billing telephone number along. */
  PHS_PORTING_BILLING_NUMBER_MISSING = 4016,
  /** Under these rules a partial port leaves the billing telephone number behind. */
  PHS_PORTING_BILLING_NUMBER_INCLUDED = 4017,
  /**
   * A replacement is named if a partial port takes the billing telephone number along, and it
   * stays.
   */
  PHS_PORTING_REPLACEMENT_BILLING_NUMBER = 4018,
  /** This cannot happen to an order in its status. */
  PHS_PORTING_NO_TRANSITION = 4019,
  /** The instant of the transfer is not named. */
  PHS_PORTING_TRANSFER_MISSING = 4020,
  /** The report does not take this field. */
  PHS_PORTING_REPORT_EXTRA = 4021,
  /** The order's cut-off has passed; it can be neither changed nor cancelled. */
  PHS_PORTING_CUT_OFF_PASSED = 4022,
  /** An order in this status cannot be edited. */
  PHS_PORTING_NOT_EDITABLE = 4023,
  /** Of an approved order only the instant of the transfer can be changed. */
  PHS_PORTING_TRANSFER_DATE_ONLY = 4024,
  /** The country of an order cannot be changed. */
  PHS_PORTING_COUNTRY_FIXED = 4025,
  /** The order cannot be deleted. */
  PHS_PORTING_NOT_DELETABLE = 4026,
  /** The store could not keep the commits; nothing of them was acknowledged. */
  PHS_STORE_FAILED = 5000,
  /** The store failed earlier; open the system anew. */
  PHS_STORE_POISONED = 5001,
  /** What the store holds is not what was written. */
  PHS_STORE_CORRUPT = 5002,
  /** The store is open already, here or in another process. */
  PHS_STORE_IN_USE = 5003,
  /** The store was opened by the process that this one was forked from. */
  PHS_STORE_FORKED = 5004,
  /** There is no room for the commits; nothing of them was acknowledged. */
  PHS_STORE_FULL = 5005,
  /** There is no such file or folder. */
  PHS_STORE_MISSING = 5006,
  /** The file may not be read or written. */
  PHS_STORE_DENIED = 5007,
  /** The file is there already, and nothing is written over it. */
  PHS_STORE_EXISTS = 5008,
  /** The file is no store, or it was damaged. */
  PHS_STORE_UNREADABLE = 5009,
  /** It was written in a format that this version does not read. */
  PHS_STORE_NEWER = 5010,
  /** A commit holds an event that this version does not know. */
  PHS_STORE_EVENT_UNKNOWN = 5011,
  /** The commits were archived; they are not in the store any more. */
  PHS_STORE_ARCHIVED = 5012,
  /** The store has no commit at this position yet. */
  PHS_STORE_POSITION_UNKNOWN = 5013,
  /** What is to be imported does not follow what the store has. */
  PHS_STORE_NOT_EMPTY = 5014,
  /** A line is not what an export has there. */
  PHS_STORE_LINE_UNREADABLE = 5015,
  /** The organization has no address with this id. */
  PHS_ADDRESS_UNKNOWN = 6000,
  /** The organization has an address with this id already. */
  PHS_ADDRESS_EXISTS = 6001,
  /** A validated address stays as it is; make another. */
  PHS_ADDRESS_VALIDATED = 6002,
  /** The address is the location of at least one number. */
  PHS_ADDRESS_IN_USE = 6003,
  /** At least one address must be named. */
  PHS_ADDRESS_NOTHING_NAMED = 6004,
  /** A field of the address is longer than can be kept. */
  PHS_ADDRESS_FIELD_TOO_LONG = 6005,
  /** As many calls are on the number as it carries. */
  PHS_CAPACITY_LIMIT_REACHED = 7000,
  /** No open permit has this number. */
  PHS_CAPACITY_PERMIT_UNKNOWN = 7001,
  /** More traffic is offered than so many agents, or lines, can ever serve. */
  PHS_CAPACITY_OVERLOADED = 7100,
  /** A figure of a question about traffic cannot have this value. */
  PHS_CAPACITY_OUT_OF_RANGE = 7101,
  /** More lines, or agents, were given than are reckoned with. */
  PHS_CAPACITY_TOO_MANY_LINES = 7102,
  /** More lines, or agents, would be needed than are reckoned with. */
  PHS_CAPACITY_MORE_NEEDED = 7103,
  /** At least one number must be named that is offered calls. */
  PHS_CAPACITY_NOTHING_TO_SIMULATE = 7104,
  /** A number, or a shared limit, of a simulation is named twice. */
  PHS_CAPACITY_NAMED_TWICE = 7105,
  /** More calls, or numbers, would be simulated than one simulation may have. */
  PHS_CAPACITY_SIMULATION_TOO_LARGE = 7106,
  /** The simulation was stopped by the one who was told of its progress. */
  PHS_CAPACITY_SIMULATION_STOPPED = 7107,
  /** The table of countries has no row for this country. */
  PHS_COUNTRY_UNKNOWN = 8000,
  /** A country stands in the table twice. */
  PHS_COUNTRY_TWICE = 8001,
  /** The table of countries has no row. */
  PHS_COUNTRY_EMPTY = 8002,
  /** Nobody holds a licence that the service needs. */
  PHS_VOICE_LICENSE_MISSING = 8500,
  /** There is no resource-account licence for the service's number. */
  PHS_VOICE_RESOURCE_ACCOUNT_MISSING = 8501,
  /** There is no service number that the service could have. */
  PHS_VOICE_NUMBER_MISSING = 8502,
  /** It is not sold in a country whose usage location users have. */
  PHS_SETUP_NOT_SOLD = 9000,
  /** No licence was bought with which numbers can be had at all. */
  PHS_SETUP_NO_LICENSE = 9001,
  /** More numbers are needed than may be acquired. */
  PHS_SETUP_TOO_FEW_NUMBERS = 9002,
  /** A country in which an address is needed has none that is validated. */
  PHS_SETUP_NO_VALIDATED_ADDRESS = 9003,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
/** As enum phs_status. */
typedef enum phs_status phs_status;
#else
/** One of enum phs_status. */
typedef uint32_t phs_status;
#endif
#endif

/** What a numbering plan uses a number for. Programs must expect numbers that are not here yet. */
enum phs_line
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif
{
  /** "unknown" in JSON. */
  PHS_LINE_UNKNOWN = 0,
  /** "fixed_line" in JSON. */
  PHS_LINE_FIXED_LINE = 1,
  /** "mobile" in JSON. */
  PHS_LINE_MOBILE = 2,
  /** "fixed_line_or_mobile" in JSON. */
  PHS_LINE_FIXED_LINE_OR_MOBILE = 3,
  /** "toll_free" in JSON. */
  PHS_LINE_TOLL_FREE = 4,
  /** "premium_rate" in JSON. */
  PHS_LINE_PREMIUM_RATE = 5,
  /** "shared_cost" in JSON. */
  PHS_LINE_SHARED_COST = 6,
  /** "voip" in JSON. */
  PHS_LINE_VOIP = 7,
  /** "personal" in JSON. */
  PHS_LINE_PERSONAL = 8,
  /** "pager" in JSON. */
  PHS_LINE_PAGER = 9,
  /** "universal_access" in JSON. */
  PHS_LINE_UNIVERSAL_ACCESS = 10,
  /** "voicemail" in JSON. */
  PHS_LINE_VOICEMAIL = 11,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
/** As enum phs_line. */
typedef enum phs_line phs_line;
#else
/** One of enum phs_line. */
typedef uint32_t phs_line;
#endif
#endif

/** The sort of a call. Programs must expect numbers that are not here yet. */
enum phs_call_kind
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif
{
  /** "user_in" in JSON. */
  PHS_CALL_KIND_USER_IN = 1,
  /** "user_out" in JSON. */
  PHS_CALL_KIND_USER_OUT = 2,
  /** "user_out_conf" in JSON. */
  PHS_CALL_KIND_USER_OUT_CONF = 3,
  /** "user_out_transfer" in JSON. */
  PHS_CALL_KIND_USER_OUT_TRANSFER = 4,
  /** "user_out_forwarding" in JSON. */
  PHS_CALL_KIND_USER_OUT_FORWARDING = 5,
  /** "conf_in" in JSON. */
  PHS_CALL_KIND_CONF_IN = 6,
  /** "conf_out" in JSON. */
  PHS_CALL_KIND_CONF_OUT = 7,
  /** "unassigned_in" in JSON. */
  PHS_CALL_KIND_UNASSIGNED_IN = 8,
  /** "ucap_in" in JSON. */
  PHS_CALL_KIND_UCAP_IN = 9,
  /** "ucap_out" in JSON. */
  PHS_CALL_KIND_UCAP_OUT = 10,
  /** "dr_in" in JSON. */
  PHS_CALL_KIND_DR_IN = 11,
  /** "dr_out" in JSON. */
  PHS_CALL_KIND_DR_OUT = 12,
  /** "dr_out_user_conf" in JSON. */
  PHS_CALL_KIND_DR_OUT_USER_CONF = 13,
  /** "dr_out_user_forwarding" in JSON. */
  PHS_CALL_KIND_DR_OUT_USER_FORWARDING = 14,
  /** "dr_out_user_transfer" in JSON. */
  PHS_CALL_KIND_DR_OUT_USER_TRANSFER = 15,
  /** "dr_emergency_out" in JSON. */
  PHS_CALL_KIND_DR_EMERGENCY_OUT = 16,
  /** "dr_unassigned_in" in JSON. */
  PHS_CALL_KIND_DR_UNASSIGNED_IN = 17,
  /** "dr_in_bot" in JSON. */
  PHS_CALL_KIND_DR_IN_BOT = 18,
  /** "dr_out_bot" in JSON. */
  PHS_CALL_KIND_DR_OUT_BOT = 19,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
/** As enum phs_call_kind. */
typedef enum phs_call_kind phs_call_kind;
#else
/** One of enum phs_call_kind. */
typedef uint32_t phs_call_kind;
#endif
#endif

/**
 * Whether a call leaves the country of the one who pays. Programs must expect numbers that are not
 * here yet.
 */
enum phs_reach
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif
{
  /** "domestic" in JSON. */
  PHS_REACH_DOMESTIC = 1,
  /** "international" in JSON. */
  PHS_REACH_INTERNATIONAL = 2,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
/** As enum phs_reach. */
typedef enum phs_reach phs_reach;
#else
/** One of enum phs_reach. */
typedef uint32_t phs_reach;
#endif
#endif

/**
 * Which way a call goes, seen from the organization. Programs must expect numbers that are not
 * here yet.
 */
enum phs_direction
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif
{
  /** "outbound" in JSON. */
  PHS_DIRECTION_OUTBOUND = 1,
  /** "inbound" in JSON. */
  PHS_DIRECTION_INBOUND = 2,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
/** As enum phs_direction. */
typedef enum phs_direction phs_direction;
#else
/** One of enum phs_direction. */
typedef uint32_t phs_direction;
#endif
#endif

/**
 * Which way a live call goes, seen from its number. Programs must expect numbers that are not here
 * yet.
 */
enum phs_way
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif
{
  /** "inbound" in JSON. */
  PHS_WAY_INBOUND = 1,
  /** "outbound" in JSON. */
  PHS_WAY_OUTBOUND = 2,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
/** As enum phs_way. */
typedef enum phs_way phs_way;
#else
/** One of enum phs_way. */
typedef uint32_t phs_way;
#endif
#endif

/** What limits how long a call may last. Programs must expect numbers that are not here yet. */
enum phs_limited_by
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif
{
  /** "wanted" in JSON. */
  PHS_LIMITED_BY_WANTED = 1,
  /** "minutes" in JSON. */
  PHS_LIMITED_BY_MINUTES = 2,
  /** "funds" in JSON. */
  PHS_LIMITED_BY_FUNDS = 3,
  /** "spend_limit" in JSON. */
  PHS_LIMITED_BY_SPEND_LIMIT = 4,
  /** "price" in JSON. */
  PHS_LIMITED_BY_PRICE = 5,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
/** As enum phs_limited_by. */
typedef enum phs_limited_by phs_limited_by;
#else
/** One of enum phs_limited_by. */
typedef uint32_t phs_limited_by;
#endif
#endif


/**
 * The version of this C interface. Within one version things are only added.
 */
#define PHS_ABI_VERSION 1

/**
 * The size of a buffer in which every telephone number has room: +, 15 digits, NUL.
 */
#define PHS_NUMBER_SIZE 17

/**
 * The size of `phs_number`'s extension: the parser takes at most 20 digits; a NUL follows.
 */
#define PHS_EXTENSION_SIZE 24

/**
 * Numbers of an organization, looked up once, so that calls on them are admitted without looking
 * again as long as nothing of the organization changes.
 *
 * Thread safety: calls may be admitted on the same lines from any number of threads at once;
 * phs_lines_free() has to come after all of them.
 *
 * phs_organization_lines() makes them, and phs_lines_free() ends them. They may outlive their
 * system: calls are then answered with PHS_BOUNDARY_HANDLE_CLOSED.
 */
typedef struct phs_lines phs_lines;

/**
 * One organization of a system, for calls that concern no other.
 *
 * Thread safety: every call may be made on one organization from any number of threads at once.
 *
 * phs_system_organization() finds it; it belongs to its system and is never freed by the caller.
 * After its system was closed, calls with it are answered with PHS_BOUNDARY_HANDLE_CLOSED.
 */
typedef struct phs_organization phs_organization;

/**
 * A phone system: many organizations, the provider, and their log.
 *
 * Thread safety: every call may be made on one system from any number of threads at once,
 * phs_system_close() too. Systems are independent of each other.
 *
 * phs_system_open() makes one in memory, phs_system_open_store() one in a file; phs_system_close()
 * ends both. Handles are never freed and never used for another system, so a call after the close
 * is answered with PHS_BOUNDARY_HANDLE_CLOSED; each costs about a hundred bytes until the program
 * ends.
 */
typedef struct phs_system phs_system;

/**
 * A telephone number that is in use: a plain value that owns nothing.
 *
 * Thread safety: as of any plain value.
 */
typedef struct phs_number {
  /**
   * The digits with the country code, read as one number: 14255550100 is +14255550100.
   */
  uint64_t digits;
  /**
   * What the numbering plan uses the number for: one of phs_line.
   */
  uint32_t line;
  /**
   * The country's two letters, with a NUL; empty for numbers that belong to no country.
   */
  char country[4];
  /**
   * The digits of the extension that was written after the number, with a NUL; empty if none.
   */
  char extension[PHS_EXTENSION_SIZE];
} phs_number;

/**
 * How many calls a number carries, and has carried: a plain value that owns nothing.
 *
 * `in_use` is what decides about the next call; the others may be read a moment apart from it.
 *
 * Thread safety: as of any plain value.
 */
typedef struct phs_occupancy {
  /**
   * Calls now, emergency calls among them.
   */
  uint32_t in_use;
  /**
   * The most at once so far.
   */
  uint32_t peak;
  /**
   * Calls that were admitted so far, without emergency calls.
   */
  uint64_t admitted;
  /**
   * Calls that were refused so far.
   */
  uint64_t refused;
  /**
   * Emergency calls so far.
   */
  uint64_t emergency;
} phs_occupancy;

/**
 * A call that is to begin: a plain value; its texts end with NUL and stay the program's.
 *
 * Set it to zeros, `size` to its size, and then what is known.
 *
 * Thread safety: as of any plain value; it is read while a call with it lasts.
 */
typedef struct phs_call {
  /**
   * sizeof(phs_call): later versions of this header have more at the end of it.
   */
  uint32_t size;
  /**
   * Its sort: one of phs_call_kind.
   */
  uint32_t kind;
  /**
   * Whether it leaves the country: one of phs_reach, or 0 to have the number called tell.
   */
  uint32_t reach;
  /**
   * The country of the user, or of the organization: its two letters, with a NUL.
   */
  char location[4];
  /**
   * What names it, 1 to 128 bytes; the same call is authorized and charged once.
   */
  const char *id;
  /**
   * Who calls or is called, or the organizer of the conference, or the resource account; may be
   * NULL.
   */
  const char *user;
  /**
   * The caller's number as it is known; may be NULL.
   */
  const char *caller;
  /**
   * The number called, as it is dialed: with a plus, or as people of the country write it; may be
   * NULL.
   */
  const char *called;
  /**
   * How long it shall be able to last, in microseconds; 0 for the organization's rule. It can be
   * extended.
   */
  int64_t wanted;
} phs_call;

/**
 * With what a command is asked: a plain value; its texts end with NUL and stay the program's.
 *
 * Thread safety: as of any plain value; it is read while a call with it lasts.
 */
typedef struct phs_context {
  /**
   * The instant at which it is asked: microseconds since 1970 began, in UTC.
   */
  int64_t at;
  /**
   * Who asks, for the record: 1 to 128 bytes.
   */
  const char *actor;
  /**
   * Makes a retry harmless: the same key with the same command answers the same and does nothing.
   * 1 to 128 bytes; NULL for none.
   */
  const char *key;
} phs_context;

/**
 * How long a call may last, and at what cost: a plain value that owns nothing.
 *
 * Thread safety: as of any plain value.
 */
typedef struct phs_authorization {
  /**
   * How long it may last, from its beginning, in microseconds: end it then, or extend it before.
   */
  int64_t duration;
  /**
   * When what is held is given back by itself if the call is neither settled nor canceled, in
   * microseconds since 1970 began; INT64_MAX for an emergency call, for which nothing is held.
   */
  int64_t ends_at;
  /**
   * How much of that the minutes of a plan pay, in microseconds.
   */
  int64_t included;
  /**
   * What the rest costs if the call lasts as long as it may, in millionths of the currency.
   */
  int64_t cost;
  /**
   * Of phs_organization_begin_call(), a number for phs_release(); else 0.
   */
  uint64_t permit;
  /**
   * What limits how long it may last: one of phs_limited_by.
   */
  uint32_t limited_by;
  /**
   * 1 if it is a call to an emergency service, which always passes; else 0.
   */
  uint32_t emergency;
} phs_authorization;

/**
 * How long a call shall be able to last: a plain value; its text ends with NUL and stays the program's.
 *
 * Thread safety: as of any plain value; it is read while a call with it lasts.
 */
typedef struct phs_extension {
  /**
   * What names the call.
   */
  const char *id;
  /**
   * How long it shall be able to last, in microseconds from its beginning.
   */
  int64_t wanted;
} phs_extension;

/**
 * How a call ended: a plain value; its text ends with NUL and stays the program's.
 *
 * Thread safety: as of any plain value; it is read while a call with it lasts.
 */
typedef struct phs_settlement {
  /**
   * What names the call.
   */
  const char *id;
  /**
   * How long it lasted, in microseconds, at most 366 days; 0 if it was not answered.
   */
  int64_t duration;
} phs_settlement;

/**
 * What paid for a call: a plain value that owns nothing. Amounts are millionths of the currency,
 * durations microseconds.
 *
 * Thread safety: as of any plain value.
 */
typedef struct phs_charge {
  /**
   * How much of the call the minutes of a plan paid.
   */
  int64_t included;
  /**
   * How long it was charged for beyond that, by the steps of the price list.
   */
  int64_t billed;
  /**
   * What that costs: `drawn`, `uncollected` and `invoiced` together.
   */
  int64_t amount;
  /**
   * What credits paid of it.
   */
  int64_t drawn;
  /**
   * What nothing paid of it.
   */
  int64_t uncollected;
  /**
   * What is paid of it by invoice.
   */
  int64_t invoiced;
  /**
   * How much of the call has no price.
   */
  int64_t unpriced;
} phs_charge;

/**
 * What a call costs: a plain value that owns nothing.
 *
 * Thread safety: as of any plain value.
 */
typedef struct phs_price {
  /**
   * How long it is charged for, by the steps of the price list, in microseconds.
   */
  int64_t billed;
  /**
   * The price, in millionths of the price list's currency.
   */
  int64_t amount;
} phs_price;

/**
 * A call to be priced: a plain value.
 *
 * Thread safety: as of any plain value; it is read while a call with it lasts.
 */
typedef struct phs_rating {
  /**
   * The digits, those of phs_number, of the number called, or of the caller of a call that comes
   * in.
   */
  uint64_t digits;
  /**
   * When the call begins: microseconds since 1970 began, in UTC.
   */
  int64_t begins;
  /**
   * How long it lasts, in microseconds, at most 366 days.
   */
  int64_t duration;
  /**
   * Which way it goes: one of phs_direction.
   */
  uint32_t direction;
  /**
   * 0; later versions may have a meaning for others.
   */
  uint32_t reserved;
} phs_rating;

/**
 * Is told how far a simulation is: how many hours of how many are simulated. It stops the simulation
 * by answering another number than 0.
 *
 * `context` is what was given to phs_simulate(). It is called on the thread that called that, and
 * has to return: neither an exception nor longjmp() may leave it. It may call the library, but not
 * close the system that simulates.
 */
typedef int (*phs_progress)(void *context, uint64_t done, uint64_t total);

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/**
 * The version of the C interface that the library has: what PHS_ABI_VERSION was when the library
 * was built.
 */
uint32_t phs_abi_version(void);

/**
 * Whether the library has the version of the C interface that the program was compiled with:
 * call `phs_check_abi(PHS_ABI_VERSION)` once, before anything else.
 *
 * Returns PHS_OK or PHS_BOUNDARY_ABI_MISMATCH.
 */
phs_status phs_check_abi(uint32_t version);

/**
 * The version of the library, such as "0.1.0": a static text that is never freed.
 */
const char *phs_version(void);

/**
 * The name of a status, such as "licensing.no_seats_left"; "ok" for PHS_OK.
 *
 * Any number may be given: "unknown" is the name of those that are no status. The text is static,
 * never NULL, and never freed.
 */
const char *phs_status_name(uint32_t status);

/**
 * What a status means, in one sentence.
 *
 * Any number may be given. The text is static, never NULL, and never freed.
 */
const char *phs_status_meaning(uint32_t status);

/**
 * The status of the last call that failed on this thread; PHS_OK if none did.
 *
 * As with errno, success does not clear it: ask only after a call that failed.
 */
phs_status phs_last_error_code(void);

/**
 * Why the last call that failed on this thread did so, in a sentence; NULL if none failed.
 *
 * The text ends with NUL, belongs to the library, and lasts until the next call on this thread
 * that fails, or the thread's end; copy it to keep it. A NUL inside the message stands as U+FFFD
 * here and in full in phs_last_error_json(). Success does not clear it.
 */
const char *phs_last_error_message(void);

/**
 * The last call on this thread that failed, as JSON: {"code", "message", "figures"}; NULL if none
 * failed. "code" is the name, as phs_status_name() tells it.
 *
 * The text ends with NUL, belongs to the library, and lasts until the next call on this thread
 * that fails, or the thread's end; copy it to keep it. Success does not clear it.
 */
const char *phs_last_error_json(void);

/**
 * Opens a system that is empty and kept in memory.
 *
 * `out` receives the system, which the caller ends with phs_system_close(); on failure it receives
 * NULL. Returns PHS_BOUNDARY_NULL_ARGUMENT if `out` is NULL.
 */
phs_status phs_system_open(struct phs_system **out);

/**
 * Opens a system that is kept in a file.
 *
 * `json` is {"path", "create", "import", "tolerance", "checkpoint_after", "from_start"}, `length`
 * bytes of UTF-8; all but the path may be left out:
 *
 * - "path" is where the file is; what is not absolute is looked for in the working directory;
 * - "create" makes the file if it is not there; false if left out;
 * - "import" is the path of what phs_maintain() exported or archived, which is appended first;
 * - "tolerance" is how far an instant may lie before the last one recorded and still be taken, as
 *   that last one: "PT1M" if left out;
 * - "checkpoint_after" is after how many bytes of commits a checkpoint is taken by itself, null
 *   for never: 67108864 if left out;
 * - "from_start" leaves the checkpoint aside and applies every commit; false if left out.
 *
 * `out` receives the system, which the caller ends with phs_system_close(); on failure it receives
 * NULL. Price lists and tables of countries are not in the file: give them again with phs_give().
 *
 * What is durable when: what phs_execute() and phs_wait() have answered survives the end of the
 * process and of the machine; what was submitted is not sure to before phs_wait() or
 * phs_system_close().
 *
 * Fork: one process has the file open at a time, and one system within it. In a process that was
 * forked from it every call with the system, or with an organization of it, returns
 * PHS_STORE_FORKED and does nothing, phs_system_close() too; so the file stays the parent's. A
 * child that lives on can open the file itself when the parent has closed it, and keeps it locked
 * if the parent ends without closing it, unless the child calls a function of the exec family.
 *
 * Returns PHS_BOUNDARY_NULL_ARGUMENT if a pointer is NULL, PHS_BOUNDARY_NOT_UTF8,
 * PHS_ENVELOPE_MALFORMED, PHS_STORE_MISSING if there is no file and none is to be made,
 * PHS_STORE_DENIED, PHS_STORE_IN_USE if it is open already, here or elsewhere,
 * PHS_STORE_UNREADABLE or PHS_STORE_CORRUPT if it is not what was written, PHS_STORE_NEWER or
 * PHS_STORE_EVENT_UNKNOWN if a newer version wrote it, PHS_STORE_NOT_EMPTY or
 * PHS_STORE_LINE_UNREADABLE if what is to be imported does not follow it or is no export, or
 * another of PHS_STORE_...
 */
phs_status phs_system_open_store(const char *json, size_t length, struct phs_system **out);

/**
 * Closes a system and frees what it holds, apart from the handle.
 *
 * First everything is made durable that was decided, tickets that were not waited for too, and a
 * checkpoint is taken if there is much to be applied at the next opening. If that fails the status
 * says why, and the system is closed all the same: what was answered by phs_execute() or
 * phs_wait() is in the file, and what was only submitted may be lost.
 *
 * Calls that other threads are making finish as usual, and the last of them frees the system and
 * gives up its file; what such a call submits is not sure to be durable. Without them the file is
 * given up when this returns. Tickets that were not waited for are gone; their commands were
 * carried out all the same. Permits that were not released are gone. NULL is taken and nothing
 * happens.
 *
 * Returns PHS_BOUNDARY_HANDLE_CLOSED if the system was closed before, PHS_STORE_FAILED,
 * PHS_STORE_FULL or PHS_STORE_POISONED as said above, or PHS_STORE_FORKED in a process that was
 * forked from the one that opened the file; there nothing is closed and the file is not touched.
 */
phs_status phs_system_close(struct phs_system *system);

/**
 * Finds an organization of a system by its id: `length` bytes of UTF-8, 1 to 128 of them.
 *
 * `out` receives the organization, which belongs to the system: the same id gives the same
 * pointer, and the caller never frees it. On failure `out` receives NULL. An organization need not
 * be made; one of which nothing was asked yet is empty.
 *
 * Returns PHS_BOUNDARY_NULL_ARGUMENT if a pointer is NULL, PHS_BOUNDARY_HANDLE_CLOSED,
 * PHS_BOUNDARY_NOT_UTF8, or PHS_ENVELOPE_MALFORMED if the text cannot be an id.
 */
phs_status phs_system_organization(const struct phs_system *system,
                                   const char *id,
                                   size_t length,
                                   const struct phs_organization **out);

/**
 * Carries out a command and waits until it is durable.
 *
 * `json` is the command's envelope, `length` bytes of UTF-8. `answer` receives {"position", "at",
 * "answer", "refused"}, and "due" beside them if something outside has to be done about what
 * happened or had come to its end before, such as a recharge that is to be paid (see
 * phs_last_due_json(); each is told once): a text that ends with NUL and that the caller frees with
 * phs_string_free(); on failure it receives NULL. `answer_length` receives its length without the
 * NUL, on success only; it may be NULL.
 *
 * Returns PHS_BOUNDARY_NULL_ARGUMENT if another pointer is NULL, PHS_BOUNDARY_HANDLE_CLOSED,
 * PHS_BOUNDARY_NOT_UTF8, or the status of the rule that refuses the command; nothing has changed
 * then. If the store fails, PHS_STORE_FAILED or PHS_STORE_FULL: whether the command was kept is
 * then unknown until the store is opened anew, and later calls return PHS_STORE_POISONED.
 * PHS_STORE_FORKED in a process that was forked from the one that opened the store.
 *
 * The authorization of an emergency call passes whatever is wrong with the system.
 */
phs_status phs_execute(const struct phs_system *system,
                       const char *json,
                       size_t length,
                       char **answer,
                       size_t *answer_length);

/**
 * Lets a call begin on an organization's own number: takes its place on it, and has the account
 * authorize it; both or neither.
 *
 * `number` is the number in E.164, its digits read as one number; `json` the envelope of a
 * `billing.authorize`. `answer` receives {"permit", "authorized"}: the permit is given back with
 * phs_release() when the call has ended, "authorized" is what phs_execute() answers. Beside that,
 * arguments, ownership and returned statuses are those of phs_execute(), and PHS_NUMBER_TOO_SHORT or
 * PHS_NUMBER_TOO_MANY_DIGITS if there are not 4 to 15 digits, PHS_INVENTORY_NUMBER_UNKNOWN if the
 * organization does not own the number, PHS_CAPACITY_LIMIT_REACHED if it carries no call more.
 * phs_organization_begin_call() does the same without JSON.
 *
 * An emergency call passes whatever is wrong with the system; its permit may then be 0.
 */
phs_status phs_begin_call(const struct phs_system *system,
                          uint64_t number,
                          const char *json,
                          size_t length,
                          char **answer,
                          size_t *answer_length);

/**
 * Tells what a command would do now, and changes nothing; "position" is null in the answer, or that
 * of the first time for a key that was used.
 *
 * Arguments, ownership and returned statuses are those of phs_execute().
 */
phs_status phs_dry_run(const struct phs_system *system,
                       const char *json,
                       size_t length,
                       char **answer,
                       size_t *answer_length);

/**
 * Asks a question.
 *
 * `json` is the query's envelope and `answer` receives what it answers; beside that, arguments,
 * ownership and returned statuses are those of phs_execute(). "billing.statement" reads the store: it
 * may return what phs_stream_after() does, such as PHS_STORE_ARCHIVED.
 */
phs_status phs_query(const struct phs_system *system,
                     const char *json,
                     size_t length,
                     char **answer,
                     size_t *answer_length);

/**
 * Carries out many commands, each by itself, and makes them durable together.
 *
 * `json` is an array of envelopes; `answer` receives an array of {"executed": ...} and
 * {"refusal": ...} in the same order. A command that is refused does not make the call fail. A system
 * that was closed is asked for nothing here; an emergency call passes there by phs_execute().
 * Beside that, arguments, ownership and returned statuses are those of phs_execute().
 */
phs_status phs_execute_batch(const struct phs_system *system,
                             const char *json,
                             size_t length,
                             char **answer,
                             size_t *answer_length);

/**
 * Gives reference data to a system: a price list, or a newer table of countries.
 *
 * `json` is {"tariff": {"name", "currency", "csv"}}, and `answer` receives what "billing.tariffs"
 * shows of it; "in_currency": {"currency", "rate"} beside that converts its prices, "rate" being
 * what one unit of the one currency is worth in the other. Or it is {"countries": {"csv"}}, and
 * `answer` receives {"countries": ROWS}; {"destinations": {"csv"}} likewise. A price list takes the
 * place of one of the same name. Reference data are not recorded: give them again after
 * opening a system. Beside that, arguments, ownership and returned statuses are those of
 * phs_execute(); if it is refused nothing was given.
 */
phs_status phs_give(const struct phs_system *system,
                    const char *json,
                    size_t length,
                    char **answer,
                    size_t *answer_length);

/**
 * Asks about live calls for something beside admitting and releasing them.
 *
 * `json` is one of
 *
 * - {"set_limits": {"scope", "limits"}}: how many calls several numbers carry together. The scope is
 *   "organization:", "resource_account:", "service:" or "trunk:" with a name; the limits are
 *   {"two_way", "inbound", "outbound", "burst"}, all but those that there are left out. `answer`
 *   receives {"done": true};
 * - {"join": {"number", "scopes"}}: has a number's calls counted for these scopes, and for no
 *   others; {"done": true};
 * - {"adopt": {"organization", "number", "way", "ends_at"}}: takes the place of a call that goes on,
 *   whatever the limits; "way" is "inbound" or "outbound". {"permit"};
 * - {"adopt_calls": {"organization", "at"}}: takes the places of all calls for which something is held,
 *   each on the number of its user, after a restart. {"calls": [{"call", "number", "permit"}]};
 * - {"transfer": {"permit", "to": {"organization", "number", "way", "ends_at"}}}: moves a call to
 *   another number. {"permit"}, the new one; the old one is used up;
 * - {"renew": {"permit", "ends_at"}}: sets when a permit ends by itself. {"permit"}, the new one;
 * - {"expire": {"at"}}: ends the permits whose time has come. {"ended"};
 * - {"sample": {"at"}}: takes a sample of how much each number and scope is used. {"done": true};
 * - {"loads": {"of": {"number"} or {"scope"}, "view"}}: what samples have told; "view" is "seconds",
 *   "minutes" or "hours". {"loads": [{"begins", "most", "carried"}]};
 * - {"occupancy": {"scope", "share"}}: how many calls a limit counts; "share" is "two_way", "inbound"
 *   or "outbound". {"occupancy": {...}}, or null if there is no such limit.
 *
 * "ends_at" may be left out, for a permit that does not end by itself. Nothing of it is recorded: a
 * system that is opened anew knows no limits but those of numbers. Permit 0 stays 0.
 *
 * Returns PHS_INVENTORY_NUMBER_UNKNOWN if the organization does not own the number,
 * PHS_CAPACITY_LIMIT_REACHED if it carries as many calls as it can, PHS_CAPACITY_PERMIT_UNKNOWN as
 * phs_release() does. Beside that, arguments, ownership and returned statuses are those of
 * phs_execute().
 */
phs_status phs_gate(const struct phs_system *system,
                    const char *json,
                    size_t length,
                    char **answer,
                    size_t *answer_length);

/**
 * Takes care of the store of a system, and tells what was done.
 *
 * `json` is one of
 *
 * - {"checkpoint": {}}: keeps the states, so that the store is opened quickly; `answer` receives
 *   {"position"};
 * - {"verify": {}}: reads the whole store and holds it against its hashes; `answer` receives
 *   {"commits", "archived", "last", "checkpoint", "states"};
 * - {"streams": {}}: `answer` receives a list of {"stream", "commits"}, for phs_stream_after();
 * - {"export": {"path", "after"}}: writes the commits after a position to a new file, 0 for all
 *   that the store has; `answer` receives {"commits", "last"};
 * - {"archive": {"path", "before"}}: writes the commits before a position to a new file and
 *   removes them from the store; `answer` receives {"commits", "last"}.
 *
 * Other calls go on meanwhile. A file that was written is durable when this returns, and removed
 * again if it could not be written whole; phs_system_open_store() imports it. Beside that,
 * arguments and ownership are those of phs_execute().
 *
 * Returns PHS_BOUNDARY_NULL_ARGUMENT if another pointer than `answer_length` is NULL,
 * PHS_BOUNDARY_HANDLE_CLOSED, PHS_BOUNDARY_NOT_UTF8, PHS_ENVELOPE_MALFORMED, PHS_STORE_EXISTS if
 * the file to be written is there already, PHS_STORE_POSITION_UNKNOWN or PHS_STORE_ARCHIVED if the
 * store does not have the position, PHS_STORE_CORRUPT or PHS_STORE_UNREADABLE if it is not what
 * was written, or another of PHS_STORE_...
 */
phs_status phs_maintain(const struct phs_system *system,
                        const char *json,
                        size_t length,
                        char **answer,
                        size_t *answer_length);

/**
 * Carries out a command and does not wait until it is durable.
 *
 * `json` is the command's envelope, `length` bytes of UTF-8. `ticket` receives a number for
 * phs_wait(), on success only. Queries may show what the command did before it is durable. Each
 * ticket keeps its answer in memory until it is waited for or the system is closed. No pointer may
 * be NULL. Returned statuses are those of phs_execute().
 */
phs_status phs_submit(const struct phs_system *system,
                      const char *json,
                      size_t length,
                      uint64_t *ticket);

/**
 * Waits until a command that was submitted is durable, and uses its ticket up.
 *
 * `answer` and `answer_length` are those of phs_execute(), and so is who frees the answer.
 *
 * Returns PHS_BOUNDARY_NULL_ARGUMENT if another pointer is NULL, PHS_BOUNDARY_HANDLE_CLOSED,
 * PHS_SYSTEM_TICKET_UNKNOWN if the ticket was never given out or was waited for already, or
 * PHS_STORE_FAILED, PHS_STORE_FULL, PHS_STORE_POISONED or PHS_STORE_FORKED as phs_execute() does.
 */
phs_status phs_wait(const struct phs_system *system,
                    uint64_t ticket,
                    char **answer,
                    size_t *answer_length);

/**
 * Reads the commits after a position, at most `limit` of them; 0 is before the first.
 *
 * `answer` receives them as an array. It and `answer_length` are those of phs_execute(), and so is
 * who frees the answer. Returns PHS_BOUNDARY_NULL_ARGUMENT if another pointer is NULL,
 * PHS_BOUNDARY_HANDLE_CLOSED, PHS_STORE_ARCHIVED if the next commit was archived, or why the store
 * could not be read.
 */
phs_status phs_events_after(const struct phs_system *system,
                            uint64_t position,
                            size_t limit,
                            char **answer,
                            size_t *answer_length);

/**
 * Reads the commits of one stream after a place in it, at most `limit` of them; 0 is before the
 * first.
 *
 * `stream` is "organization:ID", "account:ID" or "stock", `stream_length` bytes of UTF-8; one in
 * which nothing ever happened has no commits. A place in a stream is counted from 1; the header of
 * each commit tells those of its streams. `answer` receives the commits as an array. It and
 * `answer_length` are those of phs_execute(), and so is who frees the answer.
 *
 * Returns PHS_BOUNDARY_NULL_ARGUMENT if another pointer is NULL, PHS_BOUNDARY_HANDLE_CLOSED,
 * PHS_BOUNDARY_NOT_UTF8, PHS_STORE_ARCHIVED if the next commit was archived, or why the store
 * could not be read.
 */
phs_status phs_stream_after(const struct phs_system *system,
                            const char *stream,
                            size_t stream_length,
                            uint64_t after,
                            size_t limit,
                            char **answer,
                            size_t *answer_length);

/**
 * Carries out a command of one organization and waits until it is durable.
 *
 * `json` is the command's envelope without "organization"; one that names an organization is
 * refused with PHS_ENVELOPE_ORGANIZATION_UNEXPECTED. Beside that, arguments, ownership and
 * returned statuses are those of phs_execute().
 */
phs_status phs_organization_execute(const struct phs_organization *organization,
                                    const char *json,
                                    size_t length,
                                    char **answer,
                                    size_t *answer_length);

/**
 * Asks a question of one organization.
 *
 * `json` is the query's envelope without "organization"; one that names an organization is refused
 * with PHS_ENVELOPE_ORGANIZATION_UNEXPECTED. Beside that, arguments, ownership and returned
 * statuses are those of phs_execute().
 */
phs_status phs_organization_query(const struct phs_organization *organization,
                                  const char *json,
                                  size_t length,
                                  char **answer,
                                  size_t *answer_length);

/**
 * Frees a text that a call handed out as its answer. NULL is taken and nothing happens.
 *
 * Each answer is freed once and not used after that; other texts of the library are never freed.
 */
void phs_string_free(char *answer);

/**
 * Reads a telephone number as people write it: `length` bytes of UTF-8.
 *
 * `country` is a country's two letters and a NUL; it is used only for a text that does not start
 * with a country code itself, and may be NULL. `out` receives the number, on success only; it owns
 * nothing.
 *
 * Returns PHS_BOUNDARY_NULL_ARGUMENT if `text` or `out` is NULL, PHS_BOUNDARY_NOT_UTF8, or why the
 * text is no number in use: one of PHS_NUMBER_TEXT_TOO_LONG, PHS_NUMBER_NOT_A_NUMBER,
 * PHS_NUMBER_COUNTRY_UNKNOWN, PHS_NUMBER_TOO_SHORT, PHS_NUMBER_TOO_MANY_DIGITS,
 * PHS_NUMBER_INVALID.
 */
phs_status phs_number_parse(const char *text,
                            size_t length,
                            const char *country,
                            struct phs_number *out);

/**
 * Writes a telephone number in its one text form, such as +14255550100, with a NUL.
 *
 * `digits` are those of phs_number. `buffer` has room for `size` bytes; PHS_NUMBER_SIZE is always
 * enough. It may be NULL if `size` is 0. `needed` receives how many bytes the text takes with its
 * NUL, on success and with PHS_BOUNDARY_BUFFER_TOO_SMALL; it may be NULL.
 *
 * Returns PHS_BOUNDARY_NULL_ARGUMENT, PHS_BOUNDARY_BUFFER_TOO_SMALL, or PHS_NUMBER_TOO_SHORT or
 * PHS_NUMBER_TOO_MANY_DIGITS if there are not 4 to 15 digits; the buffer is untouched then.
 */
phs_status phs_number_format(uint64_t digits, char *buffer, size_t size, size_t *needed);

/**
 * The name of a sort of line, one of phs_line, as it stands in JSON: "toll_free".
 *
 * Any number may be given: "unknown" is the name of those that are no sort of line. The text is
 * static, never NULL, and never freed.
 */
const char *phs_line_name(uint32_t line);

/**
 * Admits a call to or from a number, if the organization owns it and it carries one more.
 *
 * `digits` are those of phs_number. `dialed` is what the organization's caller dialed, with a NUL,
 * if it is the one who calls; else it is NULL. An emergency call is always admitted, whoever owns
 * the number, however many calls it carries, if `digits` are none (0, say), and if the system was
 * closed or belongs to another process: its permit is then 0 and takes no place. `permit`
 * receives a number for phs_release(), on success only; it may not be NULL. The call keeps its
 * place until it is released or the system is closed. Nothing is recorded. Memory is asked for
 * only when more calls are held at once, or on other numbers, than ever before in the system.
 *
 * Returns PHS_BOUNDARY_NULL_ARGUMENT, PHS_BOUNDARY_HANDLE_CLOSED, PHS_BOUNDARY_NOT_UTF8,
 * PHS_NUMBER_TOO_SHORT or PHS_NUMBER_TOO_MANY_DIGITS if there are not 4 to 15 digits,
 * PHS_INVENTORY_NUMBER_UNKNOWN if the organization does not own the number,
 * PHS_CAPACITY_LIMIT_REACHED if it carries as many calls as it can, or PHS_STORE_FORKED as
 * phs_execute() does.
 */
phs_status phs_organization_admit(const struct phs_organization *organization,
                                  uint64_t digits,
                                  const char *dialed,
                                  uint64_t *permit);

/**
 * Gives back the place of a call that was admitted, and uses its permit up. Permit 0 takes no place,
 * and nothing happens.
 *
 * `system` is the one whose organization was asked: each system counts its permits by itself, so
 * that another one may have given out the same number.
 *
 * Returns PHS_BOUNDARY_NULL_ARGUMENT if `system` is NULL, PHS_BOUNDARY_HANDLE_CLOSED, or
 * PHS_CAPACITY_PERMIT_UNKNOWN if the permit was never given out or was released already.
 */
phs_status phs_release(const struct phs_system *system,
                       uint64_t permit);

/**
 * Tells how many calls a number carries, and has carried, whoever owns it.
 *
 * `digits` are those of phs_number. `out` receives the counts, on success only; they are zeros for
 * a number that never had a call.
 *
 * Returns PHS_BOUNDARY_NULL_ARGUMENT if a pointer is NULL, PHS_BOUNDARY_HANDLE_CLOSED, or
 * PHS_NUMBER_TOO_SHORT or PHS_NUMBER_TOO_MANY_DIGITS if there are not 4 to 15 digits.
 */
phs_status phs_system_occupancy(const struct phs_system *system,
                                uint64_t digits,
                                struct phs_occupancy *out);

/**
 * Looks up numbers of an organization, for many calls on them.
 *
 * `digits` are `count` numbers, each as in phs_number. `out` receives the lines, which the caller
 * ends with phs_lines_free(); NULL if this call fails.
 *
 * Returns PHS_BOUNDARY_NULL_ARGUMENT if a pointer is NULL, PHS_BOUNDARY_HANDLE_CLOSED,
 * PHS_NUMBER_TOO_SHORT or PHS_NUMBER_TOO_MANY_DIGITS if there are not 4 to 15 digits,
 * PHS_INVENTORY_NUMBER_UNKNOWN if the organization does not own one of the numbers, or
 * PHS_STORE_FORKED as phs_execute() does.
 */
phs_status phs_organization_lines(const struct phs_organization *organization,
                                  const uint64_t *digits,
                                  size_t count,
                                  struct phs_lines **out);

/**
 * Admits calls on numbers that were looked up, each by itself.
 *
 * `which` has `count` places of numbers among the lines, from 0; NULL stands for the first `count` in
 * their order. `way` is one of phs_way, and `ends_at` when the permits end by themselves, in
 * microseconds since 1970 began; INT64_MAX stands for never. `permits` and `statuses` have room for
 * as many and may not be NULL. For each call `statuses` receives PHS_OK, and `permits` a number for
 * phs_release(); or why it is refused, and 0: PHS_CAPACITY_LIMIT_REACHED,
 * PHS_INVENTORY_NUMBER_UNKNOWN if the organization does not own the number any more, or
 * PHS_ENVELOPE_MALFORMED if there is no such place. A call that is refused does not make this call
 * fail; the last error knows nothing of it.
 *
 * Emergency calls are not for this: phs_organization_admit() admits them whatever the limits.
 *
 * Returns PHS_BOUNDARY_NULL_ARGUMENT if another pointer is NULL, PHS_BOUNDARY_HANDLE_CLOSED,
 * PHS_ENVELOPE_MALFORMED if `way` or `ends_at` cannot be what it is to be, or PHS_STORE_FORKED; both
 * arrays are untouched then.
 */
phs_status phs_lines_admit(const struct phs_lines *lines,
                           const uint32_t *which,
                           size_t count,
                           uint32_t way,
                           int64_t ends_at,
                           uint64_t *permits,
                           phs_status *statuses);

/**
 * Gives back the places of calls, each as phs_release() does.
 *
 * `permits` has `count` numbers. `released` receives how many of them were open, on success only; it
 * may be NULL. Permits that are not open, and 0, are passed over.
 *
 * Returns PHS_BOUNDARY_NULL_ARGUMENT if another pointer is NULL, or PHS_BOUNDARY_HANDLE_CLOSED.
 */
phs_status phs_release_batch(const struct phs_system *system,
                             const uint64_t *permits,
                             size_t count,
                             size_t *released);

/**
 * Ends lines; calls that were admitted on them keep their places. NULL is passed over.
 */
void phs_lines_free(struct phs_lines *lines);

/**
 * Lets a call begin as far as money is concerned: what it may need is held for it.
 *
 * Minutes of a plan first, then funds; the same as the command "billing.authorize", without JSON.
 * `out` receives how long it may last, on success only; for less than was wanted if there is not
 * more to be had. It takes no place on a number: see phs_organization_begin_call(). When the call
 * has ended, settle it.
 *
 * An emergency call always passes, free and unrecorded, for whatever reason another would be
 * refused: if the system was closed or belongs to another process, and if the rest of `call` or
 * `context` is wrong or NULL. It is one by its sort or by what was called, in its location.
 *
 * Returns PHS_BOUNDARY_NULL_ARGUMENT if a pointer is NULL that may not be,
 * PHS_BOUNDARY_HANDLE_CLOSED, PHS_BOUNDARY_ABI_MISMATCH if `size` is not sizeof(phs_call),
 * PHS_BOUNDARY_NOT_UTF8, PHS_ENVELOPE_MALFORMED if a text, a number of an enumeration, a duration
 * or an instant is none, PHS_BILLING_ALREADY_AUTHORIZED, PHS_BILLING_ALREADY_CHARGED,
 * PHS_BILLING_FUNDS_TOO_LOW or the status of another rule that refuses the call, or what
 * phs_execute() returns if the store fails.
 */
phs_status phs_organization_authorize(const struct phs_organization *organization,
                                      const struct phs_call *call,
                                      const struct phs_context *context,
                                      struct phs_authorization *out);

/**
 * Lets a call begin: takes its place on a number as phs_organization_admit() does, and has it
 * authorized as phs_organization_authorize() does; both or neither.
 *
 * `digits` are those of phs_number, of the organization's own number. `out` receives how long it
 * may last, and the permit of its place: when the call has ended, settle it, and give the place
 * back with phs_release().
 *
 * An emergency call always passes, as both of them say. Its permit is 0, and takes no place, if the
 * system was closed or belongs to another process. It is one also if what was called is an
 * emergency number where the organization's number is.
 *
 * A key that was used before brings back what was authorized then, and takes a place anew: places
 * last no longer than the process.
 *
 * Returned statuses are those of both.
 */
phs_status phs_organization_begin_call(const struct phs_organization *organization,
                                       uint64_t digits,
                                       const struct phs_call *call,
                                       const struct phs_context *context,
                                       struct phs_authorization *out);

/**
 * Lets a call that was authorized last longer: what it may need besides is held for it.
 *
 * `id` names the call and ends with NUL. `wanted` is how long it shall be able to last, in
 * microseconds from its beginning. `out` receives how long it may last now, on success only; its
 * permit is 0, and the one that the call has stays good. If there is not more to be had it may be
 * for less than was wanted. An emergency call needs no extension, and nothing is known of it here.
 *
 * Returns PHS_BOUNDARY_NULL_ARGUMENT if a pointer is NULL, PHS_BOUNDARY_HANDLE_CLOSED,
 * PHS_BOUNDARY_NOT_UTF8, PHS_ENVELOPE_MALFORMED, PHS_BILLING_NOT_AUTHORIZED if nothing is held for
 * the call, PHS_BILLING_NOT_LONGER, PHS_BILLING_FUNDS_TOO_LOW or the status of another rule that
 * refuses it, or what phs_execute() returns if the store fails; what was held stays held.
 */
phs_status phs_organization_extend(const struct phs_organization *organization,
                                   const char *id,
                                   int64_t wanted,
                                   const struct phs_context *context,
                                   struct phs_authorization *out);

/**
 * Gives back what is held for a call that did not take place; nothing is charged.
 *
 * `id` names the call and ends with NUL. Its place on a number is given back by phs_release().
 *
 * Returns PHS_BOUNDARY_NULL_ARGUMENT if a pointer is NULL, PHS_BOUNDARY_HANDLE_CLOSED,
 * PHS_BOUNDARY_NOT_UTF8, PHS_ENVELOPE_MALFORMED, PHS_BILLING_NOT_AUTHORIZED if nothing is held for
 * the call, or what phs_execute() returns if the store fails.
 */
phs_status phs_organization_cancel(const struct phs_organization *organization,
                                   const char *id,
                                   const struct phs_context *context);

/**
 * Lets many calls begin as far as money is concerned: each as phs_organization_authorize() does, in
 * the order of the array, by a command of its own; they are made durable together.
 *
 * `calls` has `count` calls; `authorizations` and `statuses` have room for as many, and all three may
 * not be NULL. For each call `statuses` receives PHS_OK, and `authorizations` how long it may last; or
 * why it is refused, one of the statuses of phs_organization_authorize(), and zeros. The key of `context`
 * is to be NULL, because a key is for one command: a call that is asked for again is refused by its id.
 *
 * Emergency calls pass whatever is wrong with the others, with `context` or with the system, as they do
 * there; they are answered in the arrays before any other is looked at, and this returns when all are. One
 * that is not to wait for the others is asked for alone.
 *
 * If `size` of the first call is not sizeof(phs_call), no other can be found: then each is refused with
 * PHS_BOUNDARY_ABI_MISMATCH, but for the first if it is an emergency call.
 *
 * Returns PHS_BOUNDARY_NULL_ARGUMENT if another pointer than `context` is NULL, or
 * PHS_ENVELOPE_MALFORMED if no array has so many items; both arrays are untouched then. What is wrong
 * with a call, with `context` or with the system is told in `statuses` only; the last error knows
 * nothing of it.
 */
phs_status phs_organization_authorize_batch(const struct phs_organization *organization,
                                            const struct phs_call *calls,
                                            size_t count,
                                            const struct phs_context *context,
                                            struct phs_authorization *authorizations,
                                            phs_status *statuses);

/**
 * Lets many calls that were authorized last longer: each as phs_organization_extend() does, in the
 * order of the array, by a command of its own; they are made durable together.
 *
 * `extensions` has `count` calls; `authorizations` and `statuses` have room for as many, and all three
 * may not be NULL. For each call `statuses` receives PHS_OK, and `authorizations` how long it may last
 * now; or why it is refused, one of the statuses of phs_organization_extend(), and zeros. A call that
 * is refused does not hinder the others and does not make this call fail; the last error knows nothing
 * of it. The key of `context` is to be NULL, because a key is for one command.
 *
 * Returns PHS_BOUNDARY_NULL_ARGUMENT if a pointer is NULL, PHS_BOUNDARY_HANDLE_CLOSED,
 * PHS_BOUNDARY_NOT_UTF8 or PHS_ENVELOPE_MALFORMED if `context` is wrong or no array has so many items, or
 * PHS_STORE_FORKED; both arrays are untouched then.
 */
phs_status phs_organization_extend_batch(const struct phs_organization *organization,
                                         const struct phs_extension *extensions,
                                         size_t count,
                                         const struct phs_context *context,
                                         struct phs_authorization *authorizations,
                                         phs_status *statuses);

/**
 * Charges a call that was authorized and has ended, and gives back what it did not need.
 *
 * The same as the command "billing.settle" of one call, without JSON. `out` receives what paid for
 * it, on success only. What the call lasted longer than it was authorized for is paid from what
 * there is, and is else uncollected. Its place on a number is given back by phs_release(). An
 * emergency call is not settled: nothing is held for it.
 *
 * Returns PHS_BOUNDARY_NULL_ARGUMENT if a pointer is NULL, PHS_BOUNDARY_HANDLE_CLOSED,
 * PHS_BOUNDARY_NOT_UTF8, PHS_ENVELOPE_MALFORMED, PHS_BILLING_ALREADY_CHARGED,
 * PHS_BILLING_NOT_AUTHORIZED if nothing is held for the call, PHS_BILLING_CALL_TOO_LONG or the
 * status of another rule that refuses it, or what phs_execute() returns if the store fails.
 */
phs_status phs_organization_settle(const struct phs_organization *organization,
                                   const struct phs_settlement *settlement,
                                   const struct phs_context *context,
                                   struct phs_charge *out);

/**
 * Charges many calls that were authorized and have ended, in one commit: each as
 * phs_organization_settle() does, in the order of the array, which should be that of their ends.
 *
 * `settlements` has `count` calls; `charges` and `statuses` have room for as many, and all three
 * may not be NULL. For each call `statuses` receives PHS_OK or why it was refused, one of those of
 * phs_organization_settle(), and `charges` what paid for it, or zeros. A call that is refused does
 * not hinder the others and does not make this call fail; the last error knows nothing of it.
 *
 * Returns PHS_BOUNDARY_NULL_ARGUMENT if a pointer is NULL, PHS_BOUNDARY_HANDLE_CLOSED,
 * PHS_BOUNDARY_NOT_UTF8 or PHS_ENVELOPE_MALFORMED if `context` is wrong,
 * PHS_IDEMPOTENCY_KEY_REUSED, PHS_TIME_BEFORE_LAST, or what phs_execute() returns if the store
 * fails; both arrays are untouched then.
 */
phs_status phs_organization_settle_batch(const struct phs_organization *organization,
                                         const struct phs_settlement *settlements,
                                         size_t count,
                                         const struct phs_context *context,
                                         struct phs_charge *charges,
                                         phs_status *statuses);

/**
 * What something outside has to be done about because of the last call on this thread that
 * succeeded of those without JSON that authorize, begin, extend, cancel or settle calls, or of what
 * had come to its end before: {"requested", "notices"}, as "due" of what phs_execute() answers; NULL
 * if nothing has. Calls that are given JSON answer it themselves and leave this as it is.
 *
 * "requested" is the recharge that is to be paid and then reported by "billing.report_recharge", or
 * null; "notices" are what administrators are to be told. Each is told once, so ask after every such
 * call; "billing.account" has the recharge too as long as it is pending.
 *
 * The text ends with NUL, belongs to the library, and lasts until the next such call on this thread
 * that succeeds, or the thread's end; copy it to keep it. A call that fails leaves it as it is.
 */
const char *phs_last_due_json(void);

/**
 * Prices a call by the price list that the organization chose; nothing is charged, and the minutes
 * of plans are left aside.
 *
 * `number` is the number called, or that of the caller of a call that comes in, with a plus; it
 * ends with NUL. "+1425*" stands for one of which no more is known, and "withheld" for one of
 * which nothing is. `direction` is one of phs_direction, `begins` microseconds since 1970 began,
 * `duration` microseconds. `out` receives the price, on success only.
 *
 * Returns PHS_BOUNDARY_NULL_ARGUMENT if a pointer is NULL, PHS_BOUNDARY_HANDLE_CLOSED,
 * PHS_BOUNDARY_NOT_UTF8, PHS_NUMBER_NOT_A_NUMBER, PHS_ENVELOPE_MALFORMED if another argument cannot
 * be what it is to be, PHS_BILLING_TARIFF_NOT_CHOSEN, PHS_BILLING_TARIFF_UNKNOWN if the price list
 * was not given to the system, PHS_TARIFF_NO_RATE, PHS_TARIFF_OUT_OF_RANGE, PHS_STORE_POISONED, or
 * PHS_STORE_FORKED as phs_execute() does.
 */
phs_status phs_organization_rate(const struct phs_organization *organization,
                                 const char *number,
                                 uint32_t direction,
                                 int64_t begins,
                                 int64_t duration,
                                 struct phs_price *out);

/**
 * Prices many calls, each as phs_organization_rate() does.
 *
 * The price list is looked up once, and no memory is asked for by a call that has a price.
 * `ratings` has `count` calls; `prices` and `statuses` have room for as many, and all three may not
 * be NULL. For each call `statuses` receives PHS_OK or why it has no price, and `prices` what it
 * costs, or zeros. A call that has none does not make this call fail; the last error knows nothing
 * of it. Beside the statuses of phs_organization_rate() a call may have PHS_NUMBER_TOO_SHORT or
 * PHS_NUMBER_TOO_MANY_DIGITS if there are not 4 to 15 digits.
 *
 * Returns PHS_BOUNDARY_NULL_ARGUMENT if a pointer is NULL, PHS_BOUNDARY_HANDLE_CLOSED,
 * PHS_BILLING_TARIFF_NOT_CHOSEN, PHS_BILLING_TARIFF_UNKNOWN, PHS_STORE_POISONED or
 * PHS_STORE_FORKED; both arrays are untouched then.
 */
phs_status phs_organization_rate_batch(const struct phs_organization *organization,
                                       const struct phs_rating *ratings,
                                       size_t count,
                                       struct phs_price *prices,
                                       phs_status *statuses);

/**
 * Erlang B: the probability that a call finds all lines busy and is gone.
 *
 * `traffic` is in erlang. `out` receives the probability, on success only. Every function of
 * traffic has a relative error of at most 1e-12, for up to 1,000,000 lines or agents, and gives
 * the same bits on every machine.
 *
 * Returns PHS_BOUNDARY_NULL_ARGUMENT if `out` is NULL, PHS_CAPACITY_OUT_OF_RANGE if `traffic` is
 * negative, infinite or no number, or `lines` is 0, or PHS_CAPACITY_TOO_MANY_LINES if there are
 * more than 1,000,000 lines.
 */
phs_status phs_erlang_b(double traffic, uint32_t lines, double *out);

/**
 * Extended Erlang B: the probability that a call is blocked if the share `recall` of blocked calls
 * is made again, and again.
 *
 * `traffic` is that of first attempts, in erlang; `recall` is from 0 to 1. `out` receives the
 * probability, on success only.
 *
 * Returns PHS_BOUNDARY_NULL_ARGUMENT if `out` is NULL, PHS_CAPACITY_OUT_OF_RANGE if `traffic` is
 * negative, infinite or no number, `lines` is 0, or `recall` is not from 0 to 1,
 * PHS_CAPACITY_TOO_MANY_LINES if there are more than 1,000,000 lines, or PHS_CAPACITY_OVERLOADED
 * if `recall` is 1 and `traffic` not below `lines`.
 */
phs_status phs_erlang_b_recall(double traffic, uint32_t lines, double recall, double *out);

/**
 * Erlang C: the probability that a call finds all agents busy and waits, for as long as it must.
 *
 * `traffic` is in erlang. `out` receives the probability, on success only.
 *
 * Returns PHS_BOUNDARY_NULL_ARGUMENT if `out` is NULL, PHS_CAPACITY_OUT_OF_RANGE if `traffic` is
 * negative, infinite or no number, or `agents` is 0, PHS_CAPACITY_TOO_MANY_LINES if there are more
 * than 1,000,000 agents, or PHS_CAPACITY_OVERLOADED if `traffic` is not below `agents`.
 */
phs_status phs_erlang_c(double traffic, uint32_t agents, double *out);

/**
 * The share of calls that an agent answers within `target_seconds`, if one call keeps an agent
 * busy for `handle_seconds` in the mean.
 *
 * `traffic` is in erlang. Times are more than 0 and at most 1e9 seconds; a target may be 0 and
 * asks for those who do not wait. `out` receives the share, on success only.
 *
 * Returns PHS_BOUNDARY_NULL_ARGUMENT if `out` is NULL, PHS_CAPACITY_OUT_OF_RANGE if `traffic` is
 * negative, infinite or no number, `agents` is 0, or a time is out of range,
 * PHS_CAPACITY_TOO_MANY_LINES if there are more than 1,000,000 agents, or PHS_CAPACITY_OVERLOADED
 * if `traffic` is not below `agents`.
 */
phs_status phs_service_level(double traffic,
                             uint32_t agents,
                             double handle_seconds,
                             double target_seconds,
                             double *out);

/**
 * The mean time until a call is answered, those that do not wait among them.
 *
 * Arguments are those of phs_service_level(). `out` receives seconds, on success only.
 *
 * Returns PHS_BOUNDARY_NULL_ARGUMENT if `out` is NULL, PHS_CAPACITY_OUT_OF_RANGE if `traffic` is
 * negative, infinite or no number, `agents` is 0, or `handle_seconds` is out of range,
 * PHS_CAPACITY_TOO_MANY_LINES if there are more than 1,000,000 agents, or PHS_CAPACITY_OVERLOADED
 * if `traffic` is not below `agents`.
 */
phs_status phs_speed_of_answer(double traffic, uint32_t agents, double handle_seconds, double *out);

/**
 * Engset: the probability that a call of one of `sources` finds all lines busy and is gone (call
 * congestion).
 *
 * `idle_source_traffic` is what a source that is not in a call offers, in erlang: the rate at
 * which it begins calls times their mean length. `out` receives the probability, on success only;
 * it is 0 if there are as many lines as sources.
 *
 * Returns PHS_BOUNDARY_NULL_ARGUMENT if `out` is NULL, PHS_CAPACITY_OUT_OF_RANGE if
 * `idle_source_traffic` is negative, infinite or no number, or `lines` or `sources` is 0, or
 * PHS_CAPACITY_TOO_MANY_LINES if there are more than 1,000,000 lines.
 */
phs_status phs_engset(double idle_source_traffic, uint32_t lines, uint32_t sources, double *out);

/**
 * The fewest lines with which no more than `blocking` of the calls are blocked, by phs_erlang_b();
 * at least one.
 *
 * `out` receives the number, on success only.
 *
 * Returns PHS_BOUNDARY_NULL_ARGUMENT if `out` is NULL, PHS_CAPACITY_OUT_OF_RANGE if `traffic` is
 * negative, infinite or no number, or `blocking` is not between 0 and 1, or
 * PHS_CAPACITY_MORE_NEEDED if more than 1,000,000 would be needed.
 */
phs_status phs_lines_for_erlang_b(double traffic, double blocking, uint32_t *out);

/**
 * The fewest lines with which no more than `blocking` of the calls are blocked, by
 * phs_erlang_b_recall(); at least one.
 *
 * `out` receives the number, on success only.
 *
 * Returns PHS_BOUNDARY_NULL_ARGUMENT if `out` is NULL, PHS_CAPACITY_OUT_OF_RANGE if `traffic` is
 * negative, infinite or no number, `recall` is not from 0 to 1, or `blocking` is not between 0 and
 * 1, or PHS_CAPACITY_MORE_NEEDED if more than 1,000,000 would be needed.
 */
phs_status phs_lines_for_erlang_b_recall(double traffic,
                                         double recall,
                                         double blocking,
                                         uint32_t *out);

/**
 * The fewest lines with which no more than `blocking` of the calls are blocked, by phs_engset();
 * at least one.
 *
 * `out` receives the number, on success only.
 *
 * Returns PHS_BOUNDARY_NULL_ARGUMENT if `out` is NULL, PHS_CAPACITY_OUT_OF_RANGE if
 * `idle_source_traffic` is negative, infinite or no number, `sources` is 0, or `blocking` is not
 * between 0 and 1, or PHS_CAPACITY_MORE_NEEDED if more than 1,000,000 would be needed.
 */
phs_status phs_lines_for_engset(double idle_source_traffic,
                                uint32_t sources,
                                double blocking,
                                uint32_t *out);

/**
 * The fewest agents who answer at least the share `service_level` of calls within
 * `target_seconds`, by phs_service_level().
 *
 * `out` receives the number, on success only.
 *
 * Returns PHS_BOUNDARY_NULL_ARGUMENT if `out` is NULL, PHS_CAPACITY_OUT_OF_RANGE if `traffic` is
 * negative, infinite or no number, a time is out of range, or `service_level` is not between 0 and
 * 1, or PHS_CAPACITY_MORE_NEEDED if more than 1,000,000 would be needed.
 */
phs_status phs_agents_for_service_level(double traffic,
                                        double handle_seconds,
                                        double target_seconds,
                                        double service_level,
                                        uint32_t *out);

/**
 * The fewest agents with whom calls wait no longer than `answer_seconds` in the mean, by
 * phs_speed_of_answer().
 *
 * `answer_seconds` is more than 0. `out` receives the number, on success only.
 *
 * Returns PHS_BOUNDARY_NULL_ARGUMENT if `out` is NULL, PHS_CAPACITY_OUT_OF_RANGE if `traffic` is
 * negative, infinite or no number, or a time is out of range, or PHS_CAPACITY_MORE_NEEDED if more
 * than 1,000,000 would be needed.
 */
phs_status phs_agents_for_speed_of_answer(double traffic,
                                          double handle_seconds,
                                          double answer_seconds,
                                          uint32_t *out);

/**
 * The most traffic of which no more than `blocking` is blocked, by phs_erlang_b().
 *
 * `out` receives erlang, on success only.
 *
 * Returns PHS_BOUNDARY_NULL_ARGUMENT if `out` is NULL, PHS_CAPACITY_OUT_OF_RANGE if `lines` is 0
 * or `blocking` is not between 0 and 1, or PHS_CAPACITY_TOO_MANY_LINES if there are more than
 * 1,000,000 lines.
 */
phs_status phs_traffic_for_erlang_b(uint32_t lines, double blocking, double *out);

/**
 * The most traffic of first attempts of which no more than `blocking` is blocked, by
 * phs_erlang_b_recall().
 *
 * `out` receives erlang, on success only.
 *
 * Returns PHS_BOUNDARY_NULL_ARGUMENT if `out` is NULL, PHS_CAPACITY_OUT_OF_RANGE if `lines` is 0,
 * `recall` is not from 0 to 1, or `blocking` is not between 0 and 1, or
 * PHS_CAPACITY_TOO_MANY_LINES if there are more than 1,000,000 lines.
 */
phs_status phs_traffic_for_erlang_b_recall(uint32_t lines,
                                           double recall,
                                           double blocking,
                                           double *out);

/**
 * The most traffic of an idle source with which no more than `blocking` of the calls are blocked,
 * by phs_engset().
 *
 * `out` receives erlang, on success only.
 *
 * Returns PHS_BOUNDARY_NULL_ARGUMENT if `out` is NULL, PHS_CAPACITY_OUT_OF_RANGE if `lines` is 0,
 * `sources` are not more than `lines`, so that nothing is blocked, or `blocking` is not between 0
 * and 1, or PHS_CAPACITY_TOO_MANY_LINES if there are more than 1,000,000 lines.
 */
phs_status phs_traffic_for_engset(uint32_t lines, uint32_t sources, double blocking, double *out);

/**
 * The most traffic of which the agents answer at least the share `service_level` within
 * `target_seconds`, by phs_service_level().
 *
 * `out` receives erlang, on success only.
 *
 * Returns PHS_BOUNDARY_NULL_ARGUMENT if `out` is NULL, PHS_CAPACITY_OUT_OF_RANGE if `agents` is 0,
 * a time is out of range, or `service_level` is not between 0 and 1, or
 * PHS_CAPACITY_TOO_MANY_LINES if there are more than 1,000,000 agents.
 */
phs_status phs_traffic_for_service_level(uint32_t agents,
                                         double handle_seconds,
                                         double target_seconds,
                                         double service_level,
                                         double *out);

/**
 * The most traffic with which calls wait no longer than `answer_seconds` in the mean, by
 * phs_speed_of_answer().
 *
 * `out` receives erlang, on success only.
 *
 * Returns PHS_BOUNDARY_NULL_ARGUMENT if `out` is NULL, PHS_CAPACITY_OUT_OF_RANGE if `agents` is 0
 * or a time is out of range, or PHS_CAPACITY_TOO_MANY_LINES if there are more than 1,000,000
 * agents.
 */
phs_status phs_traffic_for_speed_of_answer(uint32_t agents,
                                           double handle_seconds,
                                           double answer_seconds,
                                           double *out);

/**
 * Asks for a simulation, the query "capacity.simulate", and tells how far it is.
 *
 * `json` is the query's envelope and `answer` receives what it answers, as phs_query() has them.
 * `progress` is called at least once for each simulated hour, until it stops the simulation; it may
 * be NULL. `context` is handed to it as it is, and may be NULL. Other threads can use the system
 * meanwhile; closing it waits for the end. The calls of the simulation are on no number of the system.
 *
 * Returns PHS_CAPACITY_SIMULATION_STOPPED if `progress` stopped it,
 * PHS_ENVELOPE_UNKNOWN_QUERY if another query is asked; else as phs_query() does.
 */
phs_status phs_simulate(const struct phs_system *system,
                        const char *json,
                        size_t length,
                        phs_progress progress,
                        void *context,
                        char **answer,
                        size_t *answer_length);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* PHONE_SYSTEM_H */

#if defined(__cplusplus)
static_assert(sizeof(phs_status) == 4, "the library was built otherwise");
static_assert(sizeof(phs_number) == 40, "the library was built otherwise");
static_assert(offsetof(phs_number, line) == 8, "the library was built otherwise");
static_assert(offsetof(phs_number, country) == 12, "the library was built otherwise");
static_assert(offsetof(phs_number, extension) == 16, "the library was built otherwise");
static_assert(sizeof(phs_occupancy) == 32, "the library was built otherwise");
static_assert(offsetof(phs_occupancy, peak) == 4, "the library was built otherwise");
static_assert(offsetof(phs_occupancy, admitted) == 8, "the library was built otherwise");
static_assert(offsetof(phs_occupancy, refused) == 16, "the library was built otherwise");
static_assert(offsetof(phs_occupancy, emergency) == 24, "the library was built otherwise");
static_assert(sizeof(phs_authorization) == 48, "the library was built otherwise");
static_assert(offsetof(phs_authorization, ends_at) == 8, "the library was built otherwise");
static_assert(offsetof(phs_authorization, included) == 16, "the library was built otherwise");
static_assert(offsetof(phs_authorization, cost) == 24, "the library was built otherwise");
static_assert(offsetof(phs_authorization, permit) == 32, "the library was built otherwise");
static_assert(offsetof(phs_authorization, limited_by) == 40, "the library was built otherwise");
static_assert(offsetof(phs_authorization, emergency) == 44, "the library was built otherwise");
static_assert(sizeof(phs_charge) == 56, "the library was built otherwise");
static_assert(offsetof(phs_charge, billed) == 8, "the library was built otherwise");
static_assert(offsetof(phs_charge, amount) == 16, "the library was built otherwise");
static_assert(offsetof(phs_charge, drawn) == 24, "the library was built otherwise");
static_assert(offsetof(phs_charge, uncollected) == 32, "the library was built otherwise");
static_assert(offsetof(phs_charge, invoiced) == 40, "the library was built otherwise");
static_assert(offsetof(phs_charge, unpriced) == 48, "the library was built otherwise");
static_assert(sizeof(phs_rating) == 32, "the library was built otherwise");
static_assert(offsetof(phs_rating, begins) == 8, "the library was built otherwise");
static_assert(offsetof(phs_rating, duration) == 16, "the library was built otherwise");
static_assert(offsetof(phs_rating, direction) == 24, "the library was built otherwise");
static_assert(offsetof(phs_rating, reserved) == 28, "the library was built otherwise");
static_assert(sizeof(phs_price) == 16, "the library was built otherwise");
static_assert(offsetof(phs_price, amount) == 8, "the library was built otherwise");
static_assert(sizeof(phs_call) == 56 || sizeof(void *) != 8, "the library was built otherwise");
static_assert(offsetof(phs_call, kind) == 4 || sizeof(void *) != 8, "the library was built otherwise");
static_assert(offsetof(phs_call, reach) == 8 || sizeof(void *) != 8, "the library was built otherwise");
static_assert(offsetof(phs_call, location) == 12 || sizeof(void *) != 8, "the library was built otherwise");
static_assert(offsetof(phs_call, id) == 16 || sizeof(void *) != 8, "the library was built otherwise");
static_assert(offsetof(phs_call, user) == 24 || sizeof(void *) != 8, "the library was built otherwise");
static_assert(offsetof(phs_call, caller) == 32 || sizeof(void *) != 8, "the library was built otherwise");
static_assert(offsetof(phs_call, called) == 40 || sizeof(void *) != 8, "the library was built otherwise");
static_assert(offsetof(phs_call, wanted) == 48 || sizeof(void *) != 8, "the library was built otherwise");
static_assert(sizeof(phs_context) == 24 || sizeof(void *) != 8, "the library was built otherwise");
static_assert(offsetof(phs_context, actor) == 8 || sizeof(void *) != 8, "the library was built otherwise");
static_assert(offsetof(phs_context, key) == 16 || sizeof(void *) != 8, "the library was built otherwise");
static_assert(sizeof(phs_extension) == 16 || sizeof(void *) != 8, "the library was built otherwise");
static_assert(offsetof(phs_extension, wanted) == 8 || sizeof(void *) != 8, "the library was built otherwise");
static_assert(sizeof(phs_settlement) == 16 || sizeof(void *) != 8, "the library was built otherwise");
static_assert(offsetof(phs_settlement, duration) == 8 || sizeof(void *) != 8, "the library was built otherwise");
#elif __STDC_VERSION__ >= 201112L
_Static_assert(sizeof(phs_status) == 4, "the library was built otherwise");
_Static_assert(sizeof(phs_number) == 40, "the library was built otherwise");
_Static_assert(offsetof(phs_number, line) == 8, "the library was built otherwise");
_Static_assert(offsetof(phs_number, country) == 12, "the library was built otherwise");
_Static_assert(offsetof(phs_number, extension) == 16, "the library was built otherwise");
_Static_assert(sizeof(phs_occupancy) == 32, "the library was built otherwise");
_Static_assert(offsetof(phs_occupancy, peak) == 4, "the library was built otherwise");
_Static_assert(offsetof(phs_occupancy, admitted) == 8, "the library was built otherwise");
_Static_assert(offsetof(phs_occupancy, refused) == 16, "the library was built otherwise");
_Static_assert(offsetof(phs_occupancy, emergency) == 24, "the library was built otherwise");
_Static_assert(sizeof(phs_authorization) == 48, "the library was built otherwise");
_Static_assert(offsetof(phs_authorization, ends_at) == 8, "the library was built otherwise");
_Static_assert(offsetof(phs_authorization, included) == 16, "the library was built otherwise");
_Static_assert(offsetof(phs_authorization, cost) == 24, "the library was built otherwise");
_Static_assert(offsetof(phs_authorization, permit) == 32, "the library was built otherwise");
_Static_assert(offsetof(phs_authorization, limited_by) == 40, "the library was built otherwise");
_Static_assert(offsetof(phs_authorization, emergency) == 44, "the library was built otherwise");
_Static_assert(sizeof(phs_charge) == 56, "the library was built otherwise");
_Static_assert(offsetof(phs_charge, billed) == 8, "the library was built otherwise");
_Static_assert(offsetof(phs_charge, amount) == 16, "the library was built otherwise");
_Static_assert(offsetof(phs_charge, drawn) == 24, "the library was built otherwise");
_Static_assert(offsetof(phs_charge, uncollected) == 32, "the library was built otherwise");
_Static_assert(offsetof(phs_charge, invoiced) == 40, "the library was built otherwise");
_Static_assert(offsetof(phs_charge, unpriced) == 48, "the library was built otherwise");
_Static_assert(sizeof(phs_rating) == 32, "the library was built otherwise");
_Static_assert(offsetof(phs_rating, begins) == 8, "the library was built otherwise");
_Static_assert(offsetof(phs_rating, duration) == 16, "the library was built otherwise");
_Static_assert(offsetof(phs_rating, direction) == 24, "the library was built otherwise");
_Static_assert(offsetof(phs_rating, reserved) == 28, "the library was built otherwise");
_Static_assert(sizeof(phs_price) == 16, "the library was built otherwise");
_Static_assert(offsetof(phs_price, amount) == 8, "the library was built otherwise");
_Static_assert(sizeof(phs_call) == 56 || sizeof(void *) != 8, "the library was built otherwise");
_Static_assert(offsetof(phs_call, kind) == 4 || sizeof(void *) != 8, "the library was built otherwise");
_Static_assert(offsetof(phs_call, reach) == 8 || sizeof(void *) != 8, "the library was built otherwise");
_Static_assert(offsetof(phs_call, location) == 12 || sizeof(void *) != 8, "the library was built otherwise");
_Static_assert(offsetof(phs_call, id) == 16 || sizeof(void *) != 8, "the library was built otherwise");
_Static_assert(offsetof(phs_call, user) == 24 || sizeof(void *) != 8, "the library was built otherwise");
_Static_assert(offsetof(phs_call, caller) == 32 || sizeof(void *) != 8, "the library was built otherwise");
_Static_assert(offsetof(phs_call, called) == 40 || sizeof(void *) != 8, "the library was built otherwise");
_Static_assert(offsetof(phs_call, wanted) == 48 || sizeof(void *) != 8, "the library was built otherwise");
_Static_assert(sizeof(phs_context) == 24 || sizeof(void *) != 8, "the library was built otherwise");
_Static_assert(offsetof(phs_context, actor) == 8 || sizeof(void *) != 8, "the library was built otherwise");
_Static_assert(offsetof(phs_context, key) == 16 || sizeof(void *) != 8, "the library was built otherwise");
_Static_assert(sizeof(phs_extension) == 16 || sizeof(void *) != 8, "the library was built otherwise");
_Static_assert(offsetof(phs_extension, wanted) == 8 || sizeof(void *) != 8, "the library was built otherwise");
_Static_assert(sizeof(phs_settlement) == 16 || sizeof(void *) != 8, "the library was built otherwise");
_Static_assert(offsetof(phs_settlement, duration) == 8 || sizeof(void *) != 8, "the library was built otherwise");
#endif
