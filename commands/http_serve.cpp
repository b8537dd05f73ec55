// gnet http-serve: serves files to browsers and other clients.

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <clocale>
#include <csignal>
#include <functional>
#include <optional>
#include <utility>

#include "cli/line/command.h"
#include "cli/out/failure.h"
#include "cli/out/output.h"
#include "cli/server/serve_http.h"
#include "commands/commands.h"
#include "commands/http_redirect.h"
#include "commands/http_serve_options.h"
#include "commands/http_site.h"
#include "commands/http_stdin.h"
#include "commands/qr_code.h"
#include "gnet/base/error.h"
#include "gnet/base/log.h"
#include "gnet/base/utf8.h"
#include "gnet/fiber/fiber.h"
#include "gnet/http/media_type.h"
#include "gnet/http/request.h"
#include "gnet/http/response.h"
#include "gnet/os/subprocess.h"

namespace commands {
namespace {

using Options = HTTPServeOptions;
using gnet::http::Request;
using gnet::http::Response;

// "http://127.0.0.1:8080/docs/".
std::string url_of(const cli::Listening& one, const std::string& path) {
  std::string url = one.endpoint;
  if (url.ends_with('/')) url.pop_back();
  return url + path;
}

// For whoever has started it and looks on.
void tell_people(const Options& options, const std::vector<cli::Listening>& where,
                 const std::string& path, const std::string& what) {
  if (options.json || options.quiet.times > 0 || options.listen.print_port) return;
  if (isatty(STDOUT_FILENO) == 0 && !options.random_path) return;
  for (const cli::Listening& one : where) {
    if (one.primary) cli::print_line(fmt::format("{}  serving {}", url_of(one, path), what));
  }
}

// Where others reach what listens on all addresses: where the way to them begins.
std::string own_address() {
  const gnet::UniqueFd socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(9);
  address.sin_addr.s_addr = htonl(0xc0000201);  // 192.0.2.1, to which nothing is sent
  socklen_t size = sizeof address;
  auto* const raw = reinterpret_cast<sockaddr*>(&address);
  std::array<char, INET_ADDRSTRLEN> text{};
  if (connect(socket.get(), raw, size) != 0 || getsockname(socket.get(), raw, &size) != 0 ||
      inet_ntop(AF_INET, &address.sin_addr, text.data(), text.size()) == nullptr) {
    return "localhost";
  }
  return text.data();
}

// For a telephone. Who wants the port on standard output wants nothing else there.
void show_code(const Options& options, const std::vector<cli::Listening>& where,
               const std::string& path) {
  if (!options.qr || options.json || where.empty()) return;
  std::string url = url_of(where.front(), path);
  for (const std::string_view any : {"//[::]", "//0.0.0.0"}) {
    const std::size_t at = url.find(any);
    if (at != url.npos) url.replace(at, any.size(), "//" + own_address());
  }
  if (!options.listen.print_port) return cli::print(qr_text(url));
  static_cast<void>(cli::write_all(STDERR_FILENO, qr_text(url)));
}

void open_browser(const std::vector<cli::Listening>& where, const std::string& path) {
  if (where.empty()) return;
  gnet::spawn([url = url_of(where.front(), path)] {
    try {
      gnet::run({"xdg-open", url});
    } catch (const std::exception& error) {
      gnet::Logger("http").warn("cannot open a browser: {}", gnet::describe(error));
    }
  });
}

// Everybody may write to it, from elsewhere.
void warn_of_open_uploads(const Options& options, const std::vector<cli::Listening>& where) {
  if (!options.writes() || !options.auth.empty() || !options.auth_file.empty() ||
      !options.token_file.empty() || options.random_path) {
    return;
  }
  for (const cli::Listening& one : where) {
    if (one.is_local) continue;
    gnet::Logger("http").warn("anybody who reaches {} may write files: see --auth", one.endpoint);
    return;
  }
}

void require_tls(const Options& options, std::string_view flag) {
  const bool named = std::ranges::any_of(options.listen.endpoints, &gnet::Endpoint::is_tls);
  if (options.listen.tls || !options.listen.tls_cert.empty() || named) return;
  throw cli::UsageError(fmt::format("{} needs TLS: --tls, or --tls-cert", flag));
}

// What would be without effect, or could not be meant.
void check_serve_options(const Options& options) {
  if (options.max_upload.bytes == 0) throw cli::UsageError("--max-upload must be 1 or more");
  if (options.hsts > gnet::Duration::zero()) require_tls(options, "--hsts");
  if (options.auth_for == AuthFor::write && options.auth.empty() && options.auth_file.empty() &&
      options.token_file.empty()) {
    throw cli::UsageError("--auth-for write needs --auth, --auth-file or --token-file");
  }
}

// Bound now, while that is allowed.
std::optional<HTTPRedirect> redirect_for(const Options& options) {
  if (!options.redirect_http) return std::nullopt;
  if (options.redirect_http->low != options.redirect_http->high) {
    throw cli::UsageError("--redirect-http wants one port");
  }
  require_tls(options, "--redirect-http");
  return HTTPRedirect(options.listen, options.redirect_http->low);
}

void start_redirect(HTTPRedirect& redirect, const std::vector<cli::Listening>& where) {
  for (const cli::Listening& one : where) {
    if (!one.fingerprint.empty()) return redirect.start(one.port);
  }
}

cli::Exit serve_input(const Options& options) {
  // What the process is called, the client calls what it gets; that alone wants no control socket.
  const std::string& name = options.listen.name;
  cli::ServerOptions listen = options.listen;
  if (listen.control.empty()) listen.control = "none";
  // Whoever only looks does not get it: not the first connection ends the server, but the one that
  // takes what there is.
  std::function<void()> over;
  if (std::exchange(listen.once, false)) over = [] { kill(getpid(), SIGTERM); };
  HTTPStandardInput input(name,
                          gnet::http::content_type_of(name, options.charset, options.default_type),
                          std::move(over));
  const cli::Exit status = cli::serve_http(
      options, listen, options.http,
      {.name = "http",
       .handler = [&](Request& request, Response& response) { input(request, response); },
       .ready = [&](const auto& where) { tell_people(options, where, "/", "standard input"); }});
  return input.was_lost() && status == cli::Exit::ok ? cli::Exit::lost : status;
}

cli::Exit serve_site(const Options& options) {
  std::signal(SIGXFSZ, SIG_IGN);  // a file that grows too large is an answer, and not the end
  HTTPSite site(options);
  const std::string path = site.prefix() + "/";
  const std::string what =
      gnet::printable(site.place()) + (options.writes() ? " (may be written)" : " (read-only)");
  auto redirect = redirect_for(options);
  const cli::Exit status = cli::serve_http(
      options, options.listen, options.http,
      {.name = "http",
       .handler = [&](Request& request, Response& response) { site(request, response); },
       .adjust = [&](gnet::http::ServerOptions& http) { http.body.body = ~std::uint64_t{0}; },
       .ready =
           [&](const std::vector<cli::Listening>& where) {
             site.tidy();
             tell_people(options, where, path, what);
             show_code(options, where, path);
             warn_of_open_uploads(options, where);
             if (redirect) start_redirect(*redirect, where);
             if (options.open) open_browser(where, path);
           },
       .reload = [&] { return site.reload(); }});
  site.finish();
  return status;
}

cli::Exit run(const Options& options) {
  setlocale(LC_CTYPE, "C.UTF-8");  // names in archives
  check_serve_options(options);
  if (options.path == "-") return serve_input(options);
  return serve_site(options);
}

}  // namespace

const cli::Command& http_serve() {
  static const cli::Command made =
      cli::command<Options>({
          .name = "http-serve",
          .group = "Servers",
          .arguments = "[PATH]",
          .summary = "serve files: ranges, compression, listings, uploads, passwords",
          .about = "Serve the files of a folder, one file, or standard input (-) to browsers.",
          .examples =
              {"gnet http-serve",
               "gnet http-serve --public --tls --upload --auth-file users --auth-for write /srv",
               "tar c . | gnet http-serve --once --name backup.tar -"},
          .service = cli::ServiceKind::server,
          .flags =
              {
                  {"",
                   "PATH",
                   &Options::path,
                   "a folder, a file, or - for standard input, which one client gets",
                   {.positional = "PATH", .completes = cli::Completes::file}},
                  {"--index", "LIST", &Options::index,
                   "what a folder is answered with, the first of these there is"},
                  {"--spa",
                   "[=FILE]",
                   &Options::spa,
                   "the page of an application, for every path that people ask for and that is not "
                   "there",
                   {.bare = "index.html",
                    .more = "Only for who wants HTML, and not for names with an extension."}},
                  {"--pretty-urls",
                   &Options::pretty_urls,
                   "/about may be about.html",
                   {.rare = true}},
                  {"--prefix", "PATH", &Options::prefix, "serve below this path", {.rare = true}},
                  {"--random-path",
                   &Options::random_path,
                   "serve below a path that nobody can guess, and print it",
                   {.rare = true}},
                  {"--hidden", &Options::hidden, "also what begins with a dot", {.rare = true}},
                  {"--follow-links",
                   "WHICH",
                   &Options::follow_links,
                   "symbolic links: no, inside (that stay below PATH) or all",
                   {.choices = {"no", "inside", "all"}, .rare = true}},
                  {"--mime-types",
                   "FILE",
                   &Options::mime_types,
                   "types by extension, as in /etc/mime.types",
                   {.completes = cli::Completes::file, .rare = true}},
                  {"--default-type",
                   "TYPE",
                   &Options::default_type,
                   "of what has no extension known",
                   {.rare = true}},
                  {"--charset", "NAME", &Options::charset, "of text", {.rare = true}},
                  {"--error-page",
                   "CODE=FILE",
                   &Options::error_pages,
                   "a page instead of a line of text",
                   {.rare = true}},
                  {"--header", "'N: V'", &Options::headers, "a field of all files", {.rare = true}},
                  {"--header-for",
                   "'GLOB=N: V'",
                   &Options::headers_for,
                   "a field of files that match: '*.js=X-Name: value'",
                   {.rare = true}},
                  {"--etag",
                   "OF",
                   &Options::etag,
                   "what names a version of a file: stat (time, size, inode) or sha256 of its "
                   "content",
                   {.choices = {"stat", "sha256"}, .rare = true}},
                  {"--cache", "D|off", &Options::cache,
                   "how long files may be kept without asking"},
                  {"--immutable",
                   "GLOB",
                   &Options::immutable,
                   "files that never change",
                   {.rare = true}},
                  {"--precompressed",
                   "LIST",
                   &Options::precompressed,
                   "take a.js.zst, .br or .gz beside a.js; off",
                   {.rare = true}},
                  {"--compress", "LIST", &Options::compress,
                   "compress text: auto, off, or some of these"},
                  {"--listing", "on|off", &Options::listing, "show folders that have no index"},
                  {"--readme",
                   &Options::readme,
                   "show the README of a folder below it",
                   {.rare = true}},
                  {"--theme",
                   "FILE",
                   &Options::theme,
                   "style sheet for the page of a folder",
                   {.completes = cli::Completes::file, .rare = true}},
                  {"--archive",
                   "LIST",
                   &Options::archive,
                   "let a folder be downloaded as tar, tgz or zip: some of these",
                   {.more = "By ?archive=zip."}},
                  {"--qr", &Options::qr, "show the address as a QR code, here and on pages"},
                  {"--upload",
                   "[=DIR]",
                   &Options::upload,
                   "take files, everywhere or below DIR",
                   {.bare = "/"}},
                  {"--mkdir", &Options::mkdir, "let clients make folders"},
                  {"--delete", &Options::remove, "let clients delete files and empty folders"},
                  {"-A,--allow-all", &Options::allow_all,
                   "--upload, --mkdir, --delete and --archive"},
                  {"--overwrite",
                   "HOW",
                   &Options::overwrite,
                   "a name that is taken: error, replace or rename",
                   {.choices = {"error", "replace", "rename"}, .rare = true}},
                  {"--max-upload",
                   "SIZE",
                   &Options::max_upload,
                   "the largest file that is taken",
                   {.rare = true}},
                  {"--upload-mode",
                   "MODE",
                   &Options::upload_mode,
                   "the permissions of files",
                   {.rare = true}},
                  {"-a,--auth",
                   "RULE",
                   &Options::auth,
                   "USER:PASS, or USER:PASS@/docs,/drop:rw for paths",
                   {.secret = true,
                    .more = "'@/docs' is about everybody. It goes from the command line as soon as "
                            "it is "
                            "read; before, others may see it: *--auth-file* keeps it to itself."}},
                  {"--auth-file",
                   "FILE",
                   &Options::auth_file,
                   "users and passwords, as htpasswd makes them",
                   {.completes = cli::Completes::file}},
                  {"--auth-for",
                   "WHAT",
                   &Options::auth_for,
                   "who has to say who they are: all, or those who write",
                   {.choices = {"all", "write"}}},
                  {"--token-file",
                   "FILE",
                   &Options::token_file,
                   "tokens (Authorization: Bearer) that may do everything",
                   {.completes = cli::Completes::file, .rare = true}},
                  {"--cors",
                   "[=ORIGIN]",
                   &Options::cors,
                   "let pages of this origin, or of any, read files",
                   {.bare = "*"}},
                  {"--coi",
                   &Options::coi,
                   "isolate pages, for SharedArrayBuffer and precise clocks",
                   {.rare = true}},
                  {"--security-headers",
                   &Options::security_headers,
                   "no frames of other sites, few referrers, no camera",
                   {.rare = true}},
                  {"--hsts",
                   "D",
                   &Options::hsts,
                   "browsers come by TLS only for so long",
                   {.rare = true}},
                  {"--open", &Options::open, "open a browser there", {.rare = true}},
                  {"--redirect-http",
                   "PORT",
                   &Options::redirect_http,
                   "send those who come to this port by plain HTTP to that of TLS",
                   {.rare = true}},
              },
          .shared = {cli::http_server(&Options::listen, false), cli::http(&Options::http)},
          .run = run,
      });
  return made;
}

}  // namespace commands
