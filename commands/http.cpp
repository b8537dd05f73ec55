// gnet http: asks for URLs, and tells what comes.

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <exception>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "cli/client/run_client.h"
#include "cli/client/tls_options.h"
#include "cli/line/command.h"
#include "cli/out/failure.h"
#include "cli/out/output.h"
#include "commands/commands.h"
#include "commands/http_curl.h"
#include "commands/http_expect.h"
#include "commands/http_fetch.h"
#include "commands/http_format.h"
#include "commands/http_options.h"
#include "commands/http_plan.h"
#include "commands/http_session.h"
#include "gnet/base/log.h"
#include "gnet/fiber/nursery.h"
#include "gnet/http/client.h"
#include "gnet/sync/event.h"
#include "gnet/sync/semaphore.h"

namespace commands {
namespace {

using Options = HttpOptions;

// Throws UsageError for what makes no sense together.
void check(const Options& options, const HttpPlan& plan) {
  if (options.to.tls) throw cli::UsageError("--tls is for endpoints: say https:// instead");
  if (!options.resume.empty() && options.resume != "-") {
    throw cli::UsageError(fmt::format("bad value '{}' for --continue: must be -", options.resume));
  }
  if (options.remote_name && !options.output.empty()) {
    throw cli::UsageError("--remote-name and --output exclude each other");
  }
  if (!options.resume.empty() && !options.remote_name &&
      (options.output.empty() || options.output == "-")) {
    throw cli::UsageError("--continue needs --output or --remote-name");
  }
  if (!options.resume.empty() && !options.range.empty()) {
    throw cli::UsageError("--continue and --range exclude each other");
  }
  if (options.print.find_first_not_of("HBhbm") != std::string::npos) {
    throw cli::UsageError(
        fmt::format("bad value '{}' for --print: must be of H, B, h, b and m", options.print));
  }
  if (options.print.find('B') != std::string::npos && !plan.body().is_repeatable()) {
    throw cli::UsageError("--print B and --data @- exclude each other");
  }
  if (plan.urls().size() > 1 && !options.output.empty() && options.output != "-") {
    throw cli::UsageError("several URLs do not go into one --output: use --remote-name");
  }
  if (plan.urls().size() > 1 && !plan.body().is_repeatable()) {
    throw cli::UsageError("--data @- is for one URL");
  }
  if (options.max_redirects.number == 0) {
    throw cli::UsageError("--max-redirects must be 1 or more: without --follow there are none");
  }
  if (options.parallel.number == 0) throw cli::UsageError("--parallel must be 1 or more");
  check_write_out(options.write_out);
}

// One run of the command: all its URLs.
class Http {
 public:
  explicit Http(const Options& options)
      : options_(options),
        plan_(options),
        expected_(options),
        session_(options.cookie_jar, options.session) {
    check(options, plan_);
  }

  cli::Exit run() {
    if (options_.curl) {
      for (const auto& url : plan_.urls()) cli::print_line(curl_command(options_, plan_, url));
      return cli::Exit::ok;
    }
    return cli::run_client(options_.to, {.work = [this] { return fetch_all(); }, .summary = [] {}});
  }

 private:
  cli::Exit fetch_all() {
    gnet::http::Client client(client_options());
    std::vector<std::unique_ptr<HttpFetch>> fetches;
    for (const auto& url : plan_.urls()) {
      fetches.push_back(
          std::make_unique<HttpFetch>(options_, plan_, session_, client, expected_, url));
    }
    for (const auto& fetch : fetches) fetch->check();
    check_names(fetches);
    if (options_.offline) {
      for (const auto& fetch : fetches) fetch->show_request();
      return cli::Exit::ok;
    }
    const cli::Exit status = fetches.size() == 1 ? fetch_one(*fetches[0]) : fetch_several(fetches);
    session_.save();
    return status;
  }

  // What goes into one file is not to overwrite what came before.
  static void check_names(const std::vector<std::unique_ptr<HttpFetch>>& fetches) {
    std::set<std::string> names;
    for (const auto& fetch : fetches) {
      const std::string name = fetch->file_name();
      if (name.empty() || names.insert(name).second) continue;
      throw cli::UsageError(fmt::format("two of the URLs are of a file {}", name),
                            "one call for each, with --output, keeps both");
    }
  }

  cli::Exit fetch_one(HttpFetch& fetch) {
    try {
      return fetch.run([] {});
    } catch (const gnet::http::ClientError& error) {
      std::rethrow_exception(as_failure(error));
    }
  }

  // So many at a time; what they print is in the order of the URLs. The status is that of the
  // first that failed, in the same order.
  cli::Exit fetch_several(const std::vector<std::unique_ptr<HttpFetch>>& fetches) {
    gnet::Semaphore places(options_.parallel.number);
    std::vector<gnet::Event> printed(fetches.size());
    std::vector<cli::Exit> statuses(fetches.size(), cli::Exit::ok);
    gnet::Nursery nursery;
    for (std::size_t i = 0; i < fetches.size(); ++i) {
      places.acquire();
      nursery.spawn([&, i] {
        // Whatever happens, nobody waits for this one for ever.
        struct Over {
          ~Over() {
            printed.set();
            places.release();
          }
          gnet::Event& printed;
          gnet::Semaphore& places;
        } const over{printed[i], places};
        const auto await_turn = [&] {
          if (i > 0) printed[i - 1].wait();
        };
        try {
          statuses[i] = fetches[i]->run(await_turn);
        } catch (const gnet::http::ClientError& error) {
          await_turn();
          statuses[i] = report(as_failure(error));
        } catch (const cli::Failure&) {
          await_turn();
          statuses[i] = report(std::current_exception());
        }
      });
    }
    nursery.join();
    const auto failed =
        std::ranges::find_if(statuses, [](cli::Exit status) { return status != cli::Exit::ok; });
    return failed == statuses.end() ? cli::Exit::ok : *failed;
  }

  cli::Exit report(const std::exception_ptr& error) const {
    try {
      std::rethrow_exception(error);
    } catch (const cli::Failure& failure) {
      cli::report(failure, "http", options_.json);
      return failure.code();
    }
  }

  gnet::http::ClientOptions client_options() {
    gnet::http::ClientOptions client = plan_.client_options();
    if (session_.has_cookies()) client.cookies = &session_.cookies();
    const auto make_tls = [this] {
      if (options_.to.insecure && options_.to.pin.empty()) {
        gnet::Logger("gnet").warn("{}: it may be anybody who answers",
                                  options_.to.named("--insecure"));
      }
      cli::ClientTLSOptions tls = options_.to;
      if (tls.alpn.empty()) tls.alpn = "http/1.1";
      return cli::client_context(tls, gnet::Endpoint::parse("tls://localhost:443"));
    };
    // Files that are no good are better told of at once.
    if (std::ranges::any_of(plan_.urls(), &gnet::http::URL::is_secure)) {
      client.tls = make_tls();
    } else {
      client.make_tls = make_tls;
    }
    const bool head = options_.print.find('H') != std::string::npos;
    const bool body = options_.print.find('B') != std::string::npos;
    if (!options_.json && (head || body)) {
      client.on_request = [this, head, body](std::string_view text) {
        if (head) cli::print(text);
        if (!body) return;
        plan_.body().print([](std::string_view piece) { cli::print(piece); });
        cli::print("\n");
      };
    }
    return client;
  }

  const Options& options_;
  const HttpPlan plan_;
  const HttpExpectations expected_;
  HttpSession session_;
};

cli::Exit run(const Options& options) {
  return Http(options).run();
}

}  // namespace

const cli::Command& http() {
  static const cli::Command
      made =
          cli::command<Options>(
              {
                  .name = "http",
                  .group = "Clients",
                  .arguments = "[METHOD] URL [ITEM]...",
                  .summary = "ask for a URL and print what comes",
                  .about = "Make an HTTP request, and print or keep the answer.",
                  .examples = {"gnet http -f :8080/health --retry 5 > /dev/null || exit 1",
                               "gnet http POST :6001/anything name=gnet n:=3 --json | jq .status",
                               "gnet http -O -C - https://example.org/big.iso"},
                  .service = cli::ServiceKind::client,
                  .flags =
                      {
                          {"",
                           "WORD",
                           &Options::words,
                           "a method, URLs, and items of the request",
                           {.positional = "URL",
                            .more = "See DESCRIPTION. A URL may be short: _:8000/p_, _host/p_, "
                                    "_unix:/run/x.sock:/p_."}},
                          {"-X,--method", "METHOD", &Options::method,
                           "instead of GET, or POST with a body"},
                          {"-H,--header", "NAME: VALUE", &Options::headers,
                           "one more field of the request"},
                          {"-d,--data",
                           "DATA|@FILE|@-",
                           &Options::data,
                           "the body: a text, a file, or standard input",
                           {.completes = cli::Completes::file}},
                          {"--json-body", &Options::json_body,
                           "the body is JSON, as items are by themselves"},
                          {"-F,--form", &Options::form,
                           "items are a form, and f@file is a file of it"},
                          {"-a,--auth",
                           "USER:PASSWORD",
                           &Options::auth,
                           "who you are (Basic)",
                           {.secret = true,
                            .more =
                                "It goes from the command line as soon as it is read; before, "
                                "others may see it: *--auth-file* and $GNET_HTTP_AUTH keep it to "
                                "themselves."}},
                          {"--auth-file",
                           "FILE",
                           &Options::auth_file,
                           "the same, from a file",
                           {.completes = cli::Completes::file, .rare = true}},
                          {"--bearer-file",
                           "FILE",
                           &Options::bearer_file,
                           "a token, from a file (Bearer)",
                           {.completes = cli::Completes::file, .rare = true}},
                          {"--netrc",
                           &Options::netrc,
                           "who you are, from $NETRC or ~/.netrc",
                           {.rare = true}},
                          {"-L,--follow", &Options::follow, "go where redirects lead"},
                          {"--max-redirects",
                           "N",
                           &Options::max_redirects,
                           "but not further than that",
                           {.rare = true}},
                          {"-f,--fail", &Options::fail, "status 1 for an answer of 400 and more"},
                          {"-i,--include", &Options::include, "print the head of the answer, too"},
                          {"-I,--head", &Options::head, "ask with HEAD and print the head"},
                          {"-o,--output",
                           "FILE",
                           &Options::output,
                           "keep the body in a file, when it is whole",
                           {.completes = cli::Completes::file}},
                          {"-O,--remote-name", &Options::remote_name,
                           "the same, named as in the URL"},
                          {"-C,--continue", "-", &Options::resume,
                           "go on with what an earlier call has left"},
                          {"--range",
                           "A-B",
                           &Options::range,
                           "only these bytes, counted from 0",
                           {.rare = true}},
                          {"--compressed",
                           "on|off",
                           &Options::compressed,
                           "take compressed answers, decoded",
                           {.rare = true}},
                          {"--retry", "N", &Options::retry, "try again so often"},
                          {"--retry-on",
                           "LIST",
                           &Options::retry_on,
                           "after connect, timeout, lost, 429, 5xx",
                           {.rare = true,
                            .more = "_connect_: no connection; _timeout_: not within "
                                    "*--connect-timeout*; _lost_: "
                                    "it broke before an answer."}},
                          {"--cookie-jar",
                           "FILE",
                           &Options::cookie_jar,
                           "take cookies from a file, and keep them in it",
                           {.completes = cli::Completes::file, .rare = true}},
                          {"--session",
                           "FILE",
                           &Options::session,
                           "the same with fields of the request",
                           {.completes = cli::Completes::file, .rare = true}},
                          {"-N,--no-buffer",
                           &Options::no_buffer,
                           "print as it comes, JSON not formatted",
                           {.rare = true}},
                          {"--sse", &Options::sse,
                           "print the events of a server, one JSON object a line"},
                          {"--print",
                           "HBhbm",
                           &Options::print,
                           "what to print: heads and bodies, times",
                           {.fallback = "b; hb on a terminal",
                            .rare = true,
                            .more = "_H_ and _B_ of the request, _h_ and _b_ of the answer, _m_ "
                                    "how "
                                    "long it took."}},
                          {"-w,--write-out", "FORMAT", &Options::write_out,
                           "print this at the end"},
                          {"--timing",
                           &Options::timing,
                           "tell on stderr how long each step took",
                           {.rare = true}},
                          {"--offline",
                           &Options::offline,
                           "print the request and send nothing",
                           {.rare = true}},
                          {"--curl",
                           &Options::curl,
                           "print the same request for curl and send nothing",
                           {.rare = true}},
                          {"--limit-rate",
                           "RATE",
                           &Options::limit_rate,
                           "bytes a second, each way",
                           {.fallback = "off", .rare = true}},
                          {"--expect-status", "LIST", &Options::expect_status,
                           "status 1 for any other than 200-299"},
                          {"--expect-body",
                           "RE",
                           &Options::expect_body,
                           "status 1 unless the body has that",
                           {.rare = true}},
                          {"--expect-header",
                           "NAME: RE",
                           &Options::expect_header,
                           "status 1 unless the field has that",
                           {.rare = true}},
                          {"--parallel", "N", &Options::parallel,
                           "so many of several URLs at a time"},
                      },
                  .shared = {cli::client(&Options::to)},
                  .run = run,
              });
  return made;
}

}  // namespace commands
