/*
 * phone-system for C++17: phone_system.h with owners that close and free, and with exceptions.
 *
 * Every call throws phone_system::Error where the C call of the same name returns a status other
 * than PHS_OK. Threads: as in phone_system.h, except that moving from a System, a Permit or Lines,
 * assigning to it, releasing it and ending it need exclusive access to the object.
 */

#ifndef PHONE_SYSTEM_HPP
#define PHONE_SYSTEM_HPP

#include "phone_system.h"

#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace phone_system {

/** Why a call failed; what() is the sentence. */
class Error : public std::runtime_error {
public:
  /** The refusal with this status, message and JSON. */
  Error(phs_status code, const char *message, const char *json)
      : std::runtime_error(message), code_(code),
        json_(std::make_shared<const std::string>(json)) {}

  /** The status. */
  phs_status code() const noexcept { return code_; }

  /** The name of the status, such as "licensing.no_seats_left". */
  const char *name() const noexcept { return phs_status_name(code_); }

  /** {"code", "message", "figures"}; lives as long as this error or a copy of it. */
  const std::string &json() const noexcept { return *json_; }

private:
  phs_status code_;
  // Shared, because copying an exception must not throw.
  std::shared_ptr<const std::string> json_;
};

/** What became of an item of a list: PHS_OK and an answer, or why there is none. */
template <typename Answer> struct Told {
  /** PHS_OK, or why it was refused. */
  phs_status status;
  /** The answer; zeros if it was refused. */
  Answer answer;
};

/** What is due because of the last call on this thread that dealt with money, as JSON; empty if
    nothing is. See phs_last_due_json(). */
inline std::string last_due() {
  const char *json = phs_last_due_json();
  return json ? json : "";
}

namespace detail {

/** Throws what a status says, unless it says PHS_OK. */
inline void check(phs_status status) {
  if (status != PHS_OK) {
    const char *message = phs_last_error_message();
    const char *json = phs_last_error_json();
    throw Error(status, message ? message : phs_status_meaning(status), json ? json : "null");
  }
}

struct Free {
  void operator()(char *answer) const noexcept { phs_string_free(answer); }
};

/** The answer of a C call that is given where to put it. */
template <typename Call> std::string answer(Call &&call) {
  char *text = nullptr;
  std::size_t length = 0;
  check(std::forward<Call>(call)(&text, &length));
  std::unique_ptr<char, Free> owner(text);
  return std::string(text, length);
}

/** Where a text begins; never NULL, not even an empty one's. */
inline const char *begin(std::string_view text) noexcept {
  return text.data() ? text.data() : "";
}

/** What a C call answers of each item of a list; it is never given NULL, not even for none. */
template <typename Answer, typename Item, typename Call>
std::vector<Told<Answer>> each(const std::vector<Item> &items, Call &&call) {
  const Item none{};
  std::vector<Answer> answers(items.size() + 1);
  std::vector<phs_status> statuses(items.size() + 1);
  std::vector<Told<Answer>> told;
  // Before the call: nothing that it gives is lost for want of memory.
  told.reserve(items.size());
  check(std::forward<Call>(call)(items.empty() ? &none : items.data(), answers.data(),
                                 statuses.data()));
  for (std::size_t place = 0; place < items.size(); ++place) {
    told.push_back({statuses[place], answers[place]});
  }
  return told;
}

} // namespace detail

/** The version of the library, such as "0.1.0". */
inline const char *version() noexcept { return phs_version(); }

/** A telephone number that is in use. */
struct Number {
  /** The digits with the country code, read as one number. */
  std::uint64_t digits = 0;
  /** What the numbering plan uses the number for: one of phs_line. */
  std::uint32_t line = PHS_LINE_UNKNOWN;
  /** The country's two letters; empty for numbers that belong to no country. */
  std::string country;
  /** The digits of the extension that was written after the number; empty if none. */
  std::string extension;

  /** Reads a number as people write it; see phs_number_parse(). */
  static Number parse(std::string_view text,
                      const std::optional<std::string> &country = std::nullopt) {
    phs_number number;
    detail::check(phs_number_parse(detail::begin(text), text.size(),
                                   country ? country->c_str() : nullptr, &number));
    return Number{number.digits, number.line, number.country, number.extension};
  }

  /** The one text form, such as +14255550100. */
  std::string text() const {
    char buffer[PHS_NUMBER_SIZE];
    detail::check(phs_number_format(digits, buffer, sizeof buffer, nullptr));
    return buffer;
  }

  /** The name of the sort of line, as it stands in JSON. */
  const char *line_name() const noexcept { return phs_line_name(line); }
};

/** The right to one call, given back when this object ends; it may outlive its System. */
class Permit {
public:
  ~Permit() { give_back(); }

  Permit(const Permit &) = delete;
  Permit &operator=(const Permit &) = delete;

  /** Takes another's permit; `other.release()` throws PHS_BOUNDARY_NULL_ARGUMENT after that. */
  Permit(Permit &&other) noexcept
      : system_(std::exchange(other.system_, nullptr)), number_(other.number_),
        held_(std::exchange(other.held_, false)) {}

  /** Gives this permit back and takes another's. */
  Permit &operator=(Permit &&other) noexcept {
    if (this != &other) {
      give_back();
      system_ = std::exchange(other.system_, nullptr);
      number_ = other.number_;
      held_ = std::exchange(other.held_, false);
    }
    return *this;
  }

  /** Gives the permit back before this object ends; see phs_release(). */
  void release() {
    held_ = false;
    detail::check(phs_release(system_, number_));
  }

  /** Whether it is this object that gives a permit back: neither released nor moved away. */
  bool held() const noexcept { return held_; }

  /** The permit's number, for calls of phone_system.h; it stays this object's. */
  std::uint64_t number() const noexcept { return number_; }

private:
  friend class Lines;
  friend class Organization;
  Permit(const phs_system *system, std::uint64_t number) noexcept
      : system_(system), number_(number), held_(true) {}

  void give_back() noexcept {
    if (held_) {
      static_cast<void>(phs_release(system_, number_));
    }
  }

  const phs_system *system_;
  std::uint64_t number_;
  bool held_;
};

/** Numbers of an organization that were looked up, for many calls on them; see phs_organization_lines(). */
class Lines {
public:
  ~Lines() { phs_lines_free(handle_); }

  Lines(const Lines &) = delete;
  Lines &operator=(const Lines &) = delete;

  /** Takes another's lines; `other.admit()` throws PHS_BOUNDARY_NULL_ARGUMENT after that. */
  Lines(Lines &&other) noexcept
      : system_(std::exchange(other.system_, nullptr)),
        handle_(std::exchange(other.handle_, nullptr)) {}

  /** Ends these lines and takes another's. */
  Lines &operator=(Lines &&other) noexcept {
    if (this != &other) {
      phs_lines_free(handle_);
      system_ = std::exchange(other.system_, nullptr);
      handle_ = std::exchange(other.handle_, nullptr);
    }
    return *this;
  }

  /**
   * Admits a call on the number at a place among the lines, from 0; `way` is one of phs_way, and
   * `ends_at` when the permit ends by itself. A refusal has no figures. See phs_lines_admit().
   */
  [[nodiscard]] Permit admit(std::uint32_t which, std::uint32_t way,
                             std::int64_t ends_at = INT64_MAX) const {
    std::uint64_t permit = 0;
    phs_status status = PHS_OK;
    detail::check(phs_lines_admit(handle_, &which, 1, way, ends_at, &permit, &status));
    if (status != PHS_OK) {
      const char *meaning = phs_status_meaning(status);
      const std::string json = std::string("{\"code\":\"") + phs_status_name(status) +
                               "\",\"message\":\"" + meaning + "\",\"figures\":{}}";
      throw Error(status, meaning, json.c_str());
    }
    return Permit(system_, permit);
  }

  /**
   * Admits a call for each of many places, and does not throw for one that is refused. The permits
   * are the program's to give back: see System::release_batch().
   */
  std::vector<Told<std::uint64_t>> admit_batch(const std::vector<std::uint32_t> &which,
                                               std::uint32_t way,
                                               std::int64_t ends_at = INT64_MAX) const {
    return detail::each<std::uint64_t>(which, [&](auto *places, auto *permits, auto *statuses) {
      return phs_lines_admit(handle_, places, which.size(), way, ends_at, permits, statuses);
    });
  }

  /** The handle, for calls of phone_system.h; it stays this object's. */
  const phs_lines *handle() const noexcept { return handle_; }

private:
  friend class Organization;
  Lines(const phs_system *system, phs_lines *handle) noexcept : system_(system), handle_(handle) {}

  const phs_system *system_;
  phs_lines *handle_;
};

/** A call that is to begin; its texts stay the program's. */
struct Call : phs_call {
  /** A call with its sort, one of phs_call_kind, what names it, and two letters of a country. */
  Call(std::uint32_t sort, const char *name, std::string_view country) noexcept : phs_call{} {
    size = sizeof(phs_call);
    kind = sort;
    id = name;
    // One that is no country is seen to be none.
    country.substr(0, sizeof location - 1).copy(location, sizeof location - 1);
  }
};

/** A call that has begun: its place on a number, and how long it may last. */
struct Begun {
  /** Its place, given back when this object ends. */
  Permit permit;
  /** How long it may last, and at what cost. */
  phs_authorization authorization;
};

/** One organization of a System: a name for it that owns nothing, cheap to copy. */
class Organization {
public:
  /** Carries out a command of the organization; see phs_organization_execute(). */
  std::string execute(std::string_view json) const {
    return detail::answer([&](char **text, std::size_t *length) {
      return phs_organization_execute(handle_, detail::begin(json), json.size(), text, length);
    });
  }

  /** Asks a question of the organization; see phs_organization_query(). */
  std::string query(std::string_view json) const {
    return detail::answer([&](char **text, std::size_t *length) {
      return phs_organization_query(handle_, detail::begin(json), json.size(), text, length);
    });
  }

  /**
   * Admits a call to or from a number; `dialed` is what the organization's caller dialed, if it is
   * the one who calls. See phs_organization_admit().
   */
  [[nodiscard]] Permit admit(std::uint64_t digits,
                             const std::optional<std::string> &dialed = std::nullopt) const {
    std::uint64_t permit = 0;
    detail::check(
        phs_organization_admit(handle_, digits, dialed ? dialed->c_str() : nullptr, &permit));
    return Permit(system_, permit);
  }

  /** Looks up numbers of the organization, for many calls on them; see phs_organization_lines(). */
  [[nodiscard]] Lines lines(const std::vector<std::uint64_t> &digits) const {
    const std::uint64_t none = 0;
    phs_lines *found = nullptr;
    detail::check(phs_organization_lines(handle_, digits.empty() ? &none : digits.data(),
                                         digits.size(), &found));
    return Lines(system_, found);
  }

  /** Lets a call begin as far as money is concerned; see phs_organization_authorize(). */
  phs_authorization authorize(const phs_call &call, const phs_context &context) const {
    phs_authorization authorized;
    detail::check(phs_organization_authorize(handle_, &call, &context, &authorized));
    return authorized;
  }

  /** Lets a call begin on the organization's number; see phs_organization_begin_call(). */
  [[nodiscard]] Begun begin_call(std::uint64_t digits, const phs_call &call,
                                 const phs_context &context) const {
    phs_authorization authorized;
    detail::check(phs_organization_begin_call(handle_, digits, &call, &context, &authorized));
    return Begun{Permit(system_, authorized.permit), authorized};
  }

  /** Lets a call last longer; see phs_organization_extend(). */
  phs_authorization extend(const std::string &id, std::int64_t wanted,
                           const phs_context &context) const {
    phs_authorization extended;
    detail::check(phs_organization_extend(handle_, id.c_str(), wanted, &context, &extended));
    return extended;
  }

  /** Lets many calls begin; see phs_organization_authorize_batch(). */
  std::vector<Told<phs_authorization>> authorize_batch(const std::vector<phs_call> &calls,
                                                       const phs_context &context) const {
    return detail::each<phs_authorization>(calls, [&](auto *items, auto *told, auto *statuses) {
      return phs_organization_authorize_batch(handle_, items, calls.size(), &context, told, statuses);
    });
  }

  /** Lets many calls last longer; see phs_organization_extend_batch(). */
  std::vector<Told<phs_authorization>> extend_batch(const std::vector<phs_extension> &extensions,
                                                    const phs_context &context) const {
    return detail::each<phs_authorization>(
        extensions, [&](auto *items, auto *told, auto *statuses) {
          return phs_organization_extend_batch(handle_, items, extensions.size(), &context, told,
                                               statuses);
        });
  }

  /** Gives back what is held for a call; see phs_organization_cancel(). */
  void cancel(const std::string &id, const phs_context &context) const {
    detail::check(phs_organization_cancel(handle_, id.c_str(), &context));
  }

  /** Charges a call that has ended; see phs_organization_settle(). */
  phs_charge settle(const phs_settlement &settlement, const phs_context &context) const {
    phs_charge charge;
    detail::check(phs_organization_settle(handle_, &settlement, &context, &charge));
    return charge;
  }

  /** Charges many calls in one commit; see phs_organization_settle_batch(). */
  std::vector<Told<phs_charge>> settle_batch(const std::vector<phs_settlement> &settlements,
                                             const phs_context &context) const {
    return detail::each<phs_charge>(settlements, [&](auto *items, auto *charges, auto *statuses) {
      return phs_organization_settle_batch(handle_, items, settlements.size(), &context, charges,
                                           statuses);
    });
  }

  /** Prices a call; see phs_organization_rate(). */
  phs_price rate(const std::string &number, std::uint32_t direction, std::int64_t begins,
                 std::int64_t duration) const {
    phs_price price;
    detail::check(
        phs_organization_rate(handle_, number.c_str(), direction, begins, duration, &price));
    return price;
  }

  /** Prices many calls; see phs_organization_rate_batch(). */
  std::vector<Told<phs_price>> rate_batch(const std::vector<phs_rating> &ratings) const {
    return detail::each<phs_price>(ratings, [&](auto *items, auto *prices, auto *statuses) {
      return phs_organization_rate_batch(handle_, items, ratings.size(), prices, statuses);
    });
  }

  /** The handle, for calls of phone_system.h; it belongs to the system. */
  const phs_organization *handle() const noexcept { return handle_; }

private:
  friend class System;
  Organization(const phs_system *system, const phs_organization *handle) noexcept
      : system_(system), handle_(handle) {}

  const phs_system *system_;
  const phs_organization *handle_;
};

/** A phone system, closed when this object ends. */
class System {
public:
  /** Opens a system that is empty and kept in memory. */
  System() {
    detail::check(phs_check_abi(PHS_ABI_VERSION));
    detail::check(phs_system_open(&handle_));
  }

  /** Opens a system that is kept in a file; see phs_system_open_store(). */
  static System open_store(std::string_view json) {
    detail::check(phs_check_abi(PHS_ABI_VERSION));
    phs_system *handle = nullptr;
    detail::check(phs_system_open_store(detail::begin(json), json.size(), &handle));
    return System(handle);
  }

  /** Closes the system; close() also tells whether that made everything durable. */
  ~System() { static_cast<void>(phs_system_close(handle_)); }

  System(const System &) = delete;
  System &operator=(const System &) = delete;

  /** Takes another's system; calls with `other` throw PHS_BOUNDARY_NULL_ARGUMENT after that. */
  System(System &&other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}

  /** Closes this system and takes another's. */
  System &operator=(System &&other) noexcept {
    if (this != &other) {
      static_cast<void>(phs_system_close(handle_));
      handle_ = std::exchange(other.handle_, nullptr);
    }
    return *this;
  }

  /** Closes the system before this object ends; see phs_system_close(). */
  void close() {
    detail::check(phs_system_close(handle_));
  }

  /** Finds an organization by its id; see phs_system_organization(). */
  Organization organization(std::string_view id) const {
    const phs_organization *found = nullptr;
    detail::check(phs_system_organization(handle_, detail::begin(id), id.size(), &found));
    return Organization(handle_, found);
  }

  /** Carries out a command; see phs_execute(). */
  std::string execute(std::string_view json) const { return ask(phs_execute, json); }

  /** Tells what a command would do; see phs_dry_run(). */
  std::string dry_run(std::string_view json) const { return ask(phs_dry_run, json); }

  /** Asks a question; see phs_query(). */
  std::string query(std::string_view json) const { return ask(phs_query, json); }

  /** Carries out many commands; see phs_execute_batch(). */
  std::string execute_batch(std::string_view json) const { return ask(phs_execute_batch, json); }

  /** Gives reference data, a price list or a table of countries; see phs_give(). */
  std::string give(std::string_view json) const { return ask(phs_give, json); }

  /** Sets what calls are limited by, and asks what is known of them; see phs_gate(). */
  std::string gate(std::string_view json) const { return ask(phs_gate, json); }

  /** Lets a call begin on a number of its organization; see phs_begin_call(). */
  std::string begin_call(std::uint64_t digits, std::string_view json) const {
    return detail::answer([&](char **text, std::size_t *length) {
      return phs_begin_call(handle_, digits, detail::begin(json), json.size(), text, length);
    });
  }

  /**
   * Asks for a simulation, and tells `progress` how many hours of how many are simulated until it
   * answers false; what it throws is thrown here, and ends the simulation. See phs_simulate().
   */
  template <typename Progress>
  std::string simulate(std::string_view json, Progress &&progress) const {
    struct Watched {
      std::remove_reference_t<Progress> &progress;
      std::exception_ptr thrown;
    } watched{progress, nullptr};
    const phs_progress tell = [](void *context, std::uint64_t done, std::uint64_t total) -> int {
      auto &told = *static_cast<Watched *>(context);
      try {
        return told.progress(done, total) ? 0 : 1;
      } catch (...) {
        told.thrown = std::current_exception();
        return 1;
      }
    };
    try {
      return detail::answer([&](char **text, std::size_t *length) {
        return phs_simulate(handle_, detail::begin(json), json.size(), tell, &watched, text, length);
      });
    } catch (const Error &) {
      if (watched.thrown) {
        std::rethrow_exception(watched.thrown);
      }
      throw;
    }
  }

  /** Gives back the places of calls, and tells how many were open; see phs_release_batch(). */
  std::size_t release_batch(const std::vector<std::uint64_t> &permits) const {
    const std::uint64_t none = 0;
    std::size_t released = 0;
    detail::check(phs_release_batch(handle_, permits.empty() ? &none : permits.data(),
                                    permits.size(), &released));
    return released;
  }

  /** Takes care of the store; see phs_maintain(). */
  std::string maintain(std::string_view json) const { return ask(phs_maintain, json); }

  /** Tells how many calls a number carries, and has carried; see phs_system_occupancy(). */
  phs_occupancy occupancy(std::uint64_t digits) const {
    phs_occupancy known;
    detail::check(phs_system_occupancy(handle_, digits, &known));
    return known;
  }

  /** Carries out a command without waiting until it is durable; answers a ticket for wait(). */
  std::uint64_t submit(std::string_view json) const {
    std::uint64_t ticket = 0;
    detail::check(phs_submit(handle_, detail::begin(json), json.size(), &ticket));
    return ticket;
  }

  /** Waits until a command that was submitted is durable; see phs_wait(). */
  std::string wait(std::uint64_t ticket) const {
    return detail::answer([&](char **text, std::size_t *length) {
      return phs_wait(handle_, ticket, text, length);
    });
  }

  /** Reads the commits after a position; see phs_events_after(). */
  std::string events_after(std::uint64_t position, std::size_t limit) const {
    return detail::answer([&](char **text, std::size_t *length) {
      return phs_events_after(handle_, position, limit, text, length);
    });
  }

  /** Reads the commits of a stream after a place in it; see phs_stream_after(). */
  std::string stream_after(std::string_view stream, std::uint64_t after, std::size_t limit) const {
    return detail::answer([&](char **text, std::size_t *length) {
      return phs_stream_after(handle_, detail::begin(stream), stream.size(), after, limit, text,
                              length);
    });
  }

  /** The handle, for calls of phone_system.h; it stays this object's. */
  phs_system *handle() const noexcept { return handle_; }

private:
  explicit System(phs_system *handle) noexcept : handle_(handle) {}

  template <typename Call> std::string ask(Call call, std::string_view json) const {
    return detail::answer([&](char **text, std::size_t *length) {
      return call(handle_, detail::begin(json), json.size(), text, length);
    });
  }

  phs_system *handle_ = nullptr;
};

} // namespace phone_system

#endif /* PHONE_SYSTEM_HPP */
