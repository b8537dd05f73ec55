#include "gnet/io/endpoint.h"

#include <net/if.h>
#include <asio/ip/address.hpp>

#include <boost/test/unit_test.hpp>

#include <array>
#include <random>

BOOST_AUTO_TEST_SUITE(endpoint)

using namespace std::chrono_literals;
using gnet::BadEndpoint;
using gnet::Endpoint;
using gnet::Family;
using gnet::Layer;
using gnet::Transport;

namespace {

// The canonical URL of what is written, or the error.
std::string read(std::string_view text) {
  try {
    return Endpoint::parse(text).url();
  } catch (const BadEndpoint& error) {
    return error.what();
  }
}

// The part of the error after the quoted endpoint.
std::string problem(std::string_view text) {
  try {
    return "accepted as " + Endpoint::parse(text).url();
  } catch (const BadEndpoint& error) {
    const std::string what = error.what();
    return what.substr(what.rfind("': ") == std::string::npos ? 0 : what.find("': ") + 3);
  }
}

}  // namespace

BOOST_AUTO_TEST_CASE(urls_have_a_scheme_a_host_and_a_port) {
  const auto e = Endpoint::parse("tcp://127.0.0.1:6011");
  BOOST_TEST((e.transport() == Transport::tcp));
  BOOST_TEST((e.family() == Family::any));
  BOOST_TEST(!e.is_listen());
  BOOST_TEST(!e.is_unix());
  BOOST_TEST(e.host() == "127.0.0.1");
  BOOST_TEST(e.port() == 6011);
  BOOST_TEST(e.path() == "");
  BOOST_TEST((Endpoint::parse("udp4://localhost:53").family() == Family::v4));
  BOOST_TEST((Endpoint::parse("tcp6://localhost:53").family() == Family::v6));
  BOOST_TEST((Endpoint::parse("UDP://Localhost:53").transport() == Transport::udp));
}

BOOST_AUTO_TEST_CASE(every_scheme_has_a_listening_form) {
  for (const std::string scheme : {"tcp", "tcp4", "udp", "udp4"}) {
    BOOST_TEST(read(scheme + "-listen://127.0.0.1:0") == scheme + "-listen://127.0.0.1:0");
    BOOST_TEST(read(scheme + "-l://127.0.0.1:0") == scheme + "-listen://127.0.0.1:0");
  }
  for (const std::string scheme : {"unix", "unixpacket", "unixgram"}) {
    BOOST_TEST(read(scheme + "-l:///run/x") == scheme + "-listen:///run/x");
  }
  BOOST_TEST(read("abstract-l://x") == "abstract-listen://x");
  BOOST_TEST(Endpoint::parse("tcp-l://:1").is_listen());
  BOOST_TEST(read("tcp-connect://h:1") == "tcp://h:1");
}

BOOST_AUTO_TEST_CASE(a_port_alone_is_on_the_loopback) {
  BOOST_TEST(read("8080") == "tcp://127.0.0.1:8080");
  BOOST_TEST(read(":8080") == "tcp://127.0.0.1:8080");
  BOOST_TEST(read("tcp://:8080") == "tcp://127.0.0.1:8080");
  BOOST_TEST(read("tcp6://:8080") == "tcp6://[::1]:8080");
  BOOST_TEST(read("0") == "tcp://127.0.0.1:0");
}

BOOST_AUTO_TEST_CASE(all_interfaces_have_to_be_asked_for) {
  BOOST_TEST(read("*:8080") == "tcp://*:8080");
  BOOST_TEST(read("tcp4://*:8080") == "tcp4://0.0.0.0:8080");
  BOOST_TEST(read("tcp6://*:8080") == "tcp6://[::]:8080");
  for (const char* text : {"*:1", "0.0.0.0:1", "[::]:1"}) {
    BOOST_TEST(Endpoint::parse(text).is_all_interfaces());
  }
  for (const char* text : {":1", "[::1]:1", "@x"}) {
    BOOST_TEST(!Endpoint::parse(text).is_all_interfaces());
  }
}

BOOST_AUTO_TEST_CASE(short_forms) {
  BOOST_TEST(read("host:8080") == "tcp://host:8080");
  BOOST_TEST(read("[::1]:8080") == "tcp://[::1]:8080");
  BOOST_TEST(read("/run/x.sock") == "unix:///run/x.sock");
  BOOST_TEST(read("./x.sock") == "unix://./x.sock");
  BOOST_TEST(read("../x.sock") == "unix://../x.sock");
  BOOST_TEST(read("@name") == "abstract://name");
  BOOST_TEST(read("8080?backlog=5") == "tcp://127.0.0.1:8080?backlog=5");
}

BOOST_AUTO_TEST_CASE(a_path_is_taken_as_it_is_and_a_url_is_decoded) {
  BOOST_TEST(Endpoint::parse("/a b/100%?c=d").path() == "/a b/100%?c=d");
  BOOST_TEST(Endpoint::parse("unix:///a%20b%3f").path() == "/a b?");
  BOOST_TEST(Endpoint::parse("unix:///a").path() == "/a");
  BOOST_TEST(Endpoint::parse("unix:/a").path() == "/a");
  BOOST_TEST(Endpoint::parse("unix:a").path() == "a");
  BOOST_TEST(read("/a b") == "unix:///a%20b");
}

BOOST_AUTO_TEST_CASE(abstract_names_start_with_an_at_sign) {
  for (const char* text : {"@n", "abstract://n", "abstract://@n", "unix://@n", "abstract:n"}) {
    BOOST_TEST(Endpoint::parse(text).path() == "@n");
    BOOST_TEST(Endpoint::parse(text).is_abstract());
    BOOST_TEST(read(text) == "abstract://n");
  }
  BOOST_TEST(read("unixpacket://@n") == "unixpacket://@n");
  BOOST_TEST(read("@@n") == "abstract://%40n");
  BOOST_TEST(Endpoint::parse("abstract://%40n").path() == "@@n");
  BOOST_TEST(!Endpoint::parse("./@n").is_abstract());
}

BOOST_AUTO_TEST_CASE(addresses_have_one_spelling) {
  BOOST_TEST(read("[0:0::0001]:1") == "tcp://[::1]:1");
  BOOST_TEST(read("[2001:DB8::1]:1") == "tcp://[2001:db8::1]:1");
  BOOST_TEST(read("Example.ORG:1") == "tcp://example.org:1");
  BOOST_TEST((Endpoint::parse("[0::1]:1") == Endpoint::parse("tcp://[::1]:1")));
}

BOOST_AUTO_TEST_CASE(numeric_hosts_are_addresses_and_names_are_not) {
  BOOST_TEST(Endpoint::parse("127.0.0.1:1").address()->is_loopback());
  BOOST_TEST(Endpoint::parse("[::1]:1").address()->is_v6());
  BOOST_TEST(!Endpoint::parse("localhost:1").address());
  BOOST_TEST(!Endpoint::parse("*:1").address());
  BOOST_TEST(!Endpoint::parse("/x").address());
}

BOOST_AUTO_TEST_CASE(a_link_local_address_keeps_its_zone) {
  for (const char* text : {"[fe80::1%lo]:1", "[fe80::1%25lo]:1"}) {
    const auto e = Endpoint::parse(text);
    BOOST_TEST(e.host() == "fe80::1%lo");
    BOOST_TEST(e.to_string() == "tcp://[fe80::1%25lo]:1");
    BOOST_TEST(e.address()->to_v6().scope_id() == ::if_nametoindex("lo"));
  }
  BOOST_TEST(problem("[fe80::1%]:1") == "the zone after '%' is missing");
  BOOST_TEST(problem("[fe80::1%a/b]:1") == "'a/b' is not the name of an interface");
}

BOOST_AUTO_TEST_CASE(options_are_checked_and_have_one_spelling) {
  BOOST_TEST(read("unix-l:///p?unlink&mode=600") == "unix-listen:///p?mode=0600&unlink=1");
  BOOST_TEST(read("udp-l://:5?idle=60s") == "udp-listen://127.0.0.1:5?idle=1m");
  const auto e = Endpoint::parse("unix-l:///p?mode=0640&unlink=no&backlog=1k");
  BOOST_TEST((e.mode() == 0640U));
  BOOST_TEST((e.unlink() == false));
  BOOST_TEST((e.backlog() == 1000));
  BOOST_TEST((e.option("mode") == "0640"));
  BOOST_TEST(!e.idle());
  BOOST_TEST(!e.option("nonsense"));
  BOOST_TEST((Endpoint::parse("udp-l://:5?idle=1.5").idle() == 1500ms));
}

BOOST_AUTO_TEST_CASE(bad_options_are_named) {
  BOOST_TEST(problem("tcp-l://:1?foo=1") == "unknown option 'foo'");
  BOOST_TEST(problem("tcp-l://:1?mode=0600") == "option 'mode' makes no sense for tcp");
  BOOST_TEST(problem("udp-l://:1?backlog=1") == "option 'backlog' makes no sense for udp");
  BOOST_TEST(problem("unix-l:///p?mode=rw") ==
             "option 'mode' must be an octal number up to 0777, not 'rw'");
  BOOST_TEST(problem("unix-l:///p?mode=1777").starts_with("option 'mode' must be"));
  BOOST_TEST(problem("tcp-l://:1?backlog=0") ==
             "option 'backlog' must be a number from 1, not '0'");
  BOOST_TEST(problem("udp-l://:1?idle=soon") == "option 'idle' must be a duration, not 'soon'");
  BOOST_TEST(problem("unix-l:///p?unlink=maybe") == "option 'unlink' must be 0 or 1, not 'maybe'");
  BOOST_TEST(problem("tcp-l://:1?backlog=1&backlog=2") == "option 'backlog' is given twice");
  BOOST_TEST(problem("tcp-l://:1?%zz=1") == "after '%' come two hexadecimal digits");
}

BOOST_AUTO_TEST_CASE(errors_quote_the_endpoint_and_name_the_part) {
  BOOST_TEST(read("tcp://:99999") == "bad endpoint 'tcp://:99999': port must be 0-65535");
  BOOST_TEST(problem("tcp://:-1") == "port must be 0-65535");
  BOOST_TEST(problem("tcp://h:http") == "port must be 0-65535");
  BOOST_TEST(problem("99999999999999999999") == "port must be 0-65535");
  BOOST_TEST(problem("tcp://h") == "port is missing");
  BOOST_TEST(problem("tcp://h:") == "port is missing");
  BOOST_TEST(problem("tcp://[::1]") == "port is missing");
  BOOST_TEST(problem("localhost") ==
             "port is missing: write host:port, or ./name for a unix socket");
  BOOST_TEST(problem("tcp://") == "host and port are missing");
  BOOST_TEST(problem("") == "it is empty");
  BOOST_TEST(problem("a b:1") == "host 'a b' is not a name or an address");
  BOOST_TEST(problem("-x:1") == "host '-x' is not a name or an address");
  BOOST_TEST(problem("a..b:1") == "host 'a..b' is not a name or an address");
  BOOST_TEST(problem("1.2.3.400:1") == "'1.2.3.400' is not an IPv4 address");
  BOOST_TEST(problem("::1:80") == "an IPv6 address needs brackets, as in [::1]:80");
  BOOST_TEST(problem("fe80::1:80") == "an IPv6 address needs brackets, as in [::1]:80");
  BOOST_TEST(problem("[::1:80") == "']' is missing");
  BOOST_TEST(problem("[::1]80") == "after ']' comes ':' and the port");
  BOOST_TEST(problem("[host]:80") == "'host' in brackets is not an IPv6 address");
  BOOST_TEST(problem("[::g]:80") == "'::g' is not an IPv6 address");
  BOOST_TEST(problem("tcp4://[::1]:1") == "::1 is not an IPv4 address, as tcp4 needs");
  BOOST_TEST(problem("tcp6://127.0.0.1:1") == "127.0.0.1 is not an IPv6 address, as tcp6 needs");
  BOOST_TEST(problem("tcp://h:1/path") == "tcp has no path");
  BOOST_TEST(problem("unix://") == "path is missing");
  BOOST_TEST(problem("@") == "name is missing after '@'");
  BOOST_TEST(problem("unix:///a%0") == "after '%' come two hexadecimal digits");
  BOOST_TEST(problem("unix:///a%00b") == "path has a NUL byte in it");
  BOOST_TEST(problem("tcp://h:1\n") == "it has a control character in it");
  BOOST_TEST(problem(std::string_view("/a\0b", 4)) == "it has a control character in it");
  BOOST_TEST(problem("/" + std::string(107, 'x')) == "path is longer than 107 bytes");
  BOOST_TEST(problem("@" + std::string(108, 'x')) == "name is longer than 107 bytes");
  BOOST_TEST(Endpoint::parse("/" + std::string(106, 'x')).path().size() == 107U);
  BOOST_TEST(Endpoint::parse("@" + std::string(107, 'x')).path().size() == 108U);
  BOOST_TEST(problem(std::string(255, 'x') + ":1") == "host is longer than 254 characters");
}

BOOST_AUTO_TEST_CASE(users_and_passwords_are_refused_and_not_shown) {
  BOOST_TEST(read("tcp://joe:secret@h:1") ==
             "bad endpoint 'tcp://joe:***@h:1': a user and password make no sense for tcp");
}

BOOST_AUTO_TEST_CASE(tls_is_tcp_that_is_secured) {
  const Endpoint endpoint = Endpoint::parse("tls-l://[::1]:8443?backlog=5");
  BOOST_TEST(endpoint.is_tls());
  BOOST_TEST(endpoint.is_listen());
  BOOST_TEST((endpoint.transport() == Transport::tcp));
  BOOST_TEST(endpoint.to_string() == "tls://[::1]:8443");
  BOOST_TEST(endpoint.url() == "tls-listen://[::1]:8443?backlog=5");
  BOOST_TEST((Endpoint::parse("tls4://h:1").family() == Family::v4));
  BOOST_TEST(Endpoint::parse("tls6://h:1").url() == "tls6://h:1");
  BOOST_TEST((Endpoint::parse("tls://h:1") != Endpoint::parse("tcp://h:1")));
  BOOST_TEST((Endpoint::parse("tls://h:1").with_tls(false) == Endpoint::parse("tcp://h:1")));
  BOOST_TEST((Endpoint::parse("tcp://h:1").with_tls() == Endpoint::parse("tls://h:1")));
  BOOST_TEST(!Endpoint::parse("udp://h:1").with_tls().is_tls());
}

BOOST_AUTO_TEST_CASE(layers_stand_above_a_transport) {
  const Endpoint endpoint = Endpoint::parse("tls+unix-l:///run/x?mode=0600&cert=x.pem");
  BOOST_TEST((endpoint.layers() == std::vector{gnet::Layer::tls}));
  BOOST_TEST(endpoint.is_tls());
  BOOST_TEST(endpoint.is_listen());
  BOOST_TEST((endpoint.transport() == Transport::unix_stream));
  BOOST_TEST(endpoint.path() == "/run/x");
  BOOST_TEST(endpoint.to_string() == "tls+unix:///run/x");
  BOOST_TEST(endpoint.short_name() == "/run/x");
  BOOST_TEST(endpoint.url() == "tls+unix-listen:///run/x?cert=x.pem&mode=0600");
  BOOST_TEST(Endpoint::parse("unix:///run/x").layers().empty());
  BOOST_TEST((Endpoint::parse("unix:///run/x").with_tls() == Endpoint::parse("tls+unix:///run/x")));
  BOOST_TEST((Endpoint::parse("tls+unix:///run/x").with_tls(false) == Endpoint::parse("/run/x")));
  BOOST_TEST((Endpoint::parse("tls+unix:///x") != Endpoint::parse("unix:///x")));
  BOOST_TEST(read("tls+abstract://n") == "tls+abstract://n");
  BOOST_TEST(read("TLS+UNIX-LISTEN:/run/x,fork") == "tls+unix-listen:///run/x");
}

BOOST_AUTO_TEST_CASE(a_layer_alone_is_short_for_it_over_tcp) {
  BOOST_TEST((Endpoint::parse("tls+tcp://h:1") == Endpoint::parse("tls://h:1")));
  BOOST_TEST(read("tls+tcp-l://h:1") == "tls-listen://h:1");
  BOOST_TEST(read("tls+tcp4://h:1") == "tls4://h:1");
  BOOST_TEST((Endpoint::parse("tls+tcp6://h:1") == Endpoint::parse("tls6://h:1")));
}

BOOST_AUTO_TEST_CASE(layers_that_do_not_fit_are_named) {
  BOOST_TEST(problem("tls+ws+tcp://h:1") == "'ws' can only stand first, as in ws+tls+unix");
  BOOST_TEST(problem("tls+wss://h:1") == "'ws' can only stand first, as in ws+tls+unix");
  BOOST_TEST(problem("wss+ws://h:1") == "'ws' is there twice");
  BOOST_TEST(problem("wss+tls://h:1") == "'tls' is there twice");
  BOOST_TEST(problem("socks5+connect://p:1/h:2") ==
             "'socks5' and 'connect' exclude each other: it can go through one proxy");
  BOOST_TEST(problem("ws+udp://h:1") == "'ws' needs a stream below it, tcp or unix");
  BOOST_TEST(problem("ws+exec:cat") == "'ws' needs a stream below it, tcp or unix");
  for (const std::string transport : {"udp", "udp6", "unixpacket", "unixgram"}) {
    BOOST_TEST(problem("tls+" + transport + "://h:1") ==
               "'tls' needs a stream below it, tcp or unix");
    BOOST_TEST(!Endpoint::parse(transport + "://[::1]:1").with_tls().is_tls());
  }
  BOOST_TEST(problem("tls+tls://h:1") == "'tls' is there twice");
  BOOST_TEST(problem("tls+tls4://h:1") == "'tls' is there twice");
  BOOST_TEST(problem("unix+tls://h:1") == "'unix' can only stand last, as in tls+unix");
  BOOST_TEST(problem("tcp+tcp://h:1") == "'tcp' can only stand last, as in tls+unix");
  BOOST_TEST(problem("tls4+unix:///x") == "'tls4' can only stand last, as in tls+unix");
  BOOST_TEST(problem("tls-l+unix-l:///x") == "'tls-l' can only stand last, as in tls+unix");
  BOOST_TEST(problem("tls++unix:///x") == "unknown scheme ''");
  BOOST_TEST(problem("tls+foo:///x") == "unknown scheme 'foo'");
  BOOST_TEST(problem("unix:///x?cert=y") == "option 'cert' makes no sense for unix");
  BOOST_TEST(problem("tls+unix-l:///x?sni=y") == "option 'sni' is only for connecting");
}

BOOST_AUTO_TEST_CASE(a_server_on_a_unix_socket_has_the_name_of_this_host) {
  BOOST_TEST(Endpoint::parse("tls+unix:///x").server_name() == "localhost");
  BOOST_TEST(Endpoint::parse("tls+unix:///x?sni=db").server_name() == "db");
  BOOST_TEST(Endpoint::parse("tls://h:1").server_name() == "h");
}

BOOST_AUTO_TEST_CASE(they_come_in_the_other_family) {
  const auto in = [](std::string_view text, Family family) {
    return Endpoint::parse(text).with_family(family).url();
  };
  BOOST_TEST(in("tcp-l://h:1?backlog=5", Family::v6) == "tcp6-listen://h:1?backlog=5");
  BOOST_TEST(in("tls://h:1?sni=x", Family::v4) == "tls4://h:1?sni=x");
  BOOST_TEST(in("udp6://h:1", Family::v4) == "udp4://h:1");
  BOOST_TEST(in("udp6://h:1", Family::any) == "udp://h:1");
  BOOST_TEST(in("*:1", Family::v4) == "tcp4://0.0.0.0:1");
  BOOST_TEST(in("*:1", Family::v6) == "tcp6://[::]:1");
  BOOST_TEST(in(":1", Family::v6) == "tcp6://[::1]:1");
  BOOST_TEST(in("[::1]:1", Family::v6) == "tcp6://[::1]:1");
  BOOST_TEST(in("10.0.0.1:1", Family::v4) == "tcp4://10.0.0.1:1");
  BOOST_TEST(in("tls+unix:///x", Family::v4) == "tls+unix:///x");
  BOOST_CHECK_EXCEPTION(in("tcp://10.0.0.1:1", Family::v6), BadEndpoint, [](const auto& error) {
    return error.what() ==
           std::string("bad endpoint 'tcp://10.0.0.1:1': 10.0.0.1 is not an IPv6 address");
  });
  BOOST_CHECK_THROW(in("[::1]:1", Family::v4), BadEndpoint);
}

BOOST_AUTO_TEST_CASE(what_belongs_to_other_commands_is_named_as_such) {
  BOOST_TEST(problem("http://h:1") ==
             "scheme 'http' is for URLs, as gnet http takes them; a connection is tcp://host:80");
  BOOST_TEST(problem("https://h:1") ==
             "scheme 'https' is for URLs, as gnet http takes them; a connection is tls://host:443");
  BOOST_TEST(problem("redis://h:1") == "scheme 'redis' is not supported by this version");
}

BOOST_AUTO_TEST_CASE(a_websocket_has_a_path_and_a_usual_port) {
  const auto e = Endpoint::parse("wss://example.org/chat?room=1&sni=x");
  BOOST_TEST((e.layers() == std::vector{Layer::ws, Layer::tls}));
  BOOST_TEST(e.port() == 443);
  BOOST_TEST(e.request_target() == "/chat?room=1");
  BOOST_TEST((e.option("sni") == "x"));
  BOOST_TEST(e.has_messages());
  BOOST_TEST(e.url() == "wss://example.org:443?path=/chat%3Froom=1&sni=x");
  BOOST_TEST(e.to_string() == "wss://example.org:443/chat");
  BOOST_TEST(read("ws://h/a/b") == "ws://h:80/a/b");
  BOOST_TEST(read("ws://h") == "ws://h:80");
  BOOST_TEST(Endpoint::parse("ws://h").request_target() == "");
  BOOST_TEST(read("ws+tls+unix:///run/x.sock?path=/chat") ==
             "ws+tls+unix:///run/x.sock?path=/chat");
  BOOST_TEST(read("wss+unix:///x") == "ws+tls+unix:///x");
  BOOST_TEST(read("ws+tcp4://h:1") == "ws+tcp4://h:1");
  BOOST_TEST(read("ws+tls4://h:1") == "ws+tls4://h:1");
  BOOST_TEST(read("ws-l://:8080/chat") == "ws-listen://127.0.0.1:8080/chat");
  BOOST_TEST(Endpoint::parse("ws://h/a b#c").request_target() == "/a%20b%23c");
  BOOST_TEST(problem("ws-l://h") == "port is missing");
  BOOST_TEST(problem("ws-l://:1?room=1") == "unknown option 'room'");
  BOOST_TEST(problem("ws://h/a?path=/b") == "option 'path' is given twice");
  BOOST_TEST(problem("ws+unix:///x?path=chat") ==
             "option 'path' must be a path that begins with '/', not 'chat'");
  BOOST_TEST(problem("tcp://h:1?path=/chat") == "option 'path' makes no sense for tcp");
}

BOOST_AUTO_TEST_CASE(a_proxy_is_told_where_to_connect_to) {
  const auto e = Endpoint::parse("socks5h://joe:p%40ss@proxy/example.org:443");
  BOOST_TEST((e.proxy() == Layer::socks5h));
  BOOST_TEST(e.host() == "proxy");
  BOOST_TEST(e.port() == 1080);
  BOOST_TEST(e.target_host() == "example.org");
  BOOST_TEST(e.target_port() == 443);
  BOOST_TEST(e.user() == "joe");
  BOOST_TEST(e.password() == "p@ss");
  BOOST_TEST(e.server_name() == "example.org");
  BOOST_TEST(e.url() == "socks5h://joe:p%40ss@proxy:1080/example.org:443");
  BOOST_TEST(e.to_string() == "socks5h://proxy:1080/example.org:443");
  BOOST_TEST(read("connect://p:3128/[::1]:80") == "connect://p:3128/[::1]:80");
  BOOST_TEST(read("tls+connect+tls://p:3128/h:80") == "tls+connect+tls://p:3128/h:80");
  BOOST_TEST(read("wss+socks4a://joe@p:1/h/chat") == "ws+tls+socks4a://joe@p:1/h:443/chat");
  BOOST_TEST(read("socks5+unix:///run/p?target=h:80") == "socks5+unix:///run/p?target=h:80");
  BOOST_TEST((Endpoint::parse("connect://p:1/h:2").with_tls() ==
              Endpoint::parse("tls+connect://p:1/h:2")));
  BOOST_TEST((Endpoint::parse("tls+connect+tls://p:1/h:2").with_tls(false) ==
              Endpoint::parse("connect+tls://p:1/h:2")));
  BOOST_TEST(Endpoint::parse("tls+connect+tls://u@p:1/h:2?sni=x").without_layers().url() ==
             "tcp://p:1");
  BOOST_TEST(problem("socks5://p:1") == "'socks5' needs to know where to: proxy:port/host:port");
  BOOST_TEST(problem("socks5+unix:///p") == "'socks5' needs to know where to: ?target=host:port");
  BOOST_TEST(problem("socks5://p:1/h") == "port is missing");
  BOOST_TEST(problem("connect://p/h:1") == "port is missing");
  BOOST_TEST(problem("socks4a://joe:pw@p:1/h:1") == "socks4a has a user, but no password");
  BOOST_TEST(problem("socks5-l://p:1/h:1") == "'socks5' only connects: what listens is gnet proxy");
  BOOST_TEST(read("socks5://joe:secret@p:x/h:1") ==
             "bad endpoint 'socks5://joe:***@p:x/h:1': port must be 0-65535");
}

BOOST_AUTO_TEST_CASE(local_streams_say_what_they_are_made_of) {
  const auto e = Endpoint::parse("exec:sort -t? 'a b'");
  BOOST_TEST((e.transport() == Transport::exec));
  BOOST_TEST(e.is_local());
  BOOST_TEST(!e.is_unix());
  BOOST_TEST(!e.has_connections());
  BOOST_TEST(e.host() == "");
  BOOST_TEST(e.argument() == "sort -t? 'a b'");
  BOOST_TEST(e.to_string() == "exec:sort -t? 'a b'");
  BOOST_TEST(read("-") == "stdio:");
  BOOST_TEST(read("STDIO") == "stdio:");
  BOOST_TEST(read("stdin") == "fd:0");
  BOOST_TEST(read("STDOUT:") == "fd:1");
  BOOST_TEST(read("sh:date +%s; cat") == "sh:date +%s; cat");
  BOOST_TEST(read("fd:03") == "fd:3");
  BOOST_TEST(read("file:/etc/motd") == "file:/etc/motd");
  BOOST_TEST(read("file:///etc/motd") == "file:/etc/motd");
  BOOST_TEST(read("file:log%3f.txt?append") == "file:log%3F.txt?append=1");
  BOOST_TEST(read("text:a%0Ab") == "text:a%0Ab");
  BOOST_TEST(read("text:a\nb") == "text:a%0Ab");
  BOOST_TEST(Endpoint::parse("text:a%0Ab").argument() == "a\nb");
  for (const std::string scheme : {"null", "echo", "zero", "random", "inetd"}) {
    BOOST_TEST(read(scheme + ":") == scheme + ":");
    BOOST_TEST(read(scheme + "://") == scheme + ":");
    BOOST_TEST(problem(scheme + ":7") == "nothing can stand behind '" + scheme +
                                             ":'; a host of that name is tcp://" + scheme + ":7");
  }
  BOOST_TEST(read("systemd:web") == "systemd:web");
  BOOST_TEST(read("systemd:") == "systemd:");
  BOOST_TEST(Endpoint::parse("systemd:web").is_listen());
}

BOOST_AUTO_TEST_CASE(local_streams_that_cannot_be_are_refused) {
  BOOST_TEST(problem("exec:") == "command is missing");
  BOOST_TEST(problem("sh: ") == "command is missing");
  BOOST_TEST(problem("exec:echo 'a") == "a quote is not closed");
  BOOST_TEST(problem("fd:x") == "descriptor must be a number, as in fd:3");
  BOOST_TEST(problem("fd:") == "descriptor must be a number, as in fd:3");
  BOOST_TEST(problem("file:") == "path is missing");
  BOOST_TEST(problem("file:a%00") == "path has a NUL byte in it");
  BOOST_TEST(problem("file:a?append&truncate") ==
             "options 'append' and 'truncate' exclude each other");
  BOOST_TEST(problem("file:a?mode=0600") == "option 'mode' makes no sense for file");
  BOOST_TEST(problem("text:%") == "after '%' come two hexadecimal digits");
  BOOST_TEST(problem("systemd:a/b") == "'a/b' is not the name of a socket");
  BOOST_TEST(problem("exec-l:cat") ==
             "'exec' only connects: gnet exec-server runs a program for each connection");
  BOOST_TEST(problem("zero-l:") ==
             "'zero' only connects: tcp, tls, ws, udp, unix, inetd and systemd listen");
  BOOST_TEST(read("inetd-l:") == "inetd-listen:");
}

BOOST_AUTO_TEST_CASE(socat_has_local_streams_too) {
  BOOST_TEST(read("EXEC:cat -n,fork") == "exec:cat -n");
  BOOST_TEST(read("exec:printf a,b") == "exec:printf a,b");
  BOOST_TEST(read("SYSTEM:cat | sort") == "sh:cat | sort");
  BOOST_TEST(read("system:cat,pty") == "sh:cat,pty");
  BOOST_TEST(problem("EXEC:cat,pty") ==
             "unknown option 'pty'; in a command with commas write exec: in small letters");
  BOOST_TEST(read("PIPE") == "echo:");
  BOOST_TEST(read("PIPE:/run/f?o") == "file:/run/f%3Fo");
  BOOST_TEST(read("OPEN:/tmp/x,creat,append") == "file:/tmp/x?append=1");
  BOOST_TEST(read("GOPEN:/tmp/x,trunc") == "file:/tmp/x?truncate=1");
  BOOST_TEST(read("OPENSSL:h:443,cafile=ca.pem") == "tls://h:443?cacert=ca.pem");
  BOOST_TEST(read("OPENSSL-LISTEN:443,cert=c.pem,fork") == "tls-listen://127.0.0.1:443?cert=c.pem");
  BOOST_TEST(problem("OPENSSL:h:443,verify=0") == "option 'verify' is unknown: use --insecure");
  BOOST_TEST(read("UNIX-CLIENT:/run/x") == "unix:///run/x");
}

BOOST_AUTO_TEST_CASE(each_side_knows_what_it_can_use) {
  const auto connects = [](std::string_view text) -> std::string {
    try {
      Endpoint::parse(text).check_connects();
    } catch (const BadEndpoint& error) {
      return std::string(error.problem());
    }
    return "";
  };
  BOOST_TEST(connects("systemd:x") ==
             "'systemd' only listens: it is a socket that a supervisor has opened");
  BOOST_TEST(connects("*:1") == "'*' is for listening only");
  for (const char* text : {"exec:cat", "inetd:", "-", "ws://h", ":1", "/x"}) {
    BOOST_TEST(connects(text) == "");
  }
  BOOST_CHECK_THROW(Endpoint::parse("exec:cat").check_listens(), BadEndpoint);
  BOOST_CHECK_THROW(Endpoint::parse("connect://p:1/h:1").check_listens(), BadEndpoint);
  for (const char* text : {"inetd:", "systemd:", "ws-l://:1", "udp-l://:1", "/x"}) {
    BOOST_CHECK_NO_THROW(Endpoint::parse(text).check_listens());
  }
}

BOOST_AUTO_TEST_CASE(schemes_that_nobody_knows_are_named) {
  BOOST_TEST(problem("foo://h:1") == "unknown scheme 'foo'");
  BOOST_TEST(problem("ws+foo://h:1") == "unknown scheme 'foo'");
  BOOST_TEST(problem("ws+://h:1") == "unknown scheme 'ws+'");
  BOOST_TEST(problem("+ws://h:1") == "unknown scheme ''");
  BOOST_TEST(problem("://h:1") == "an IPv6 address needs brackets, as in [::1]:80");
}

BOOST_AUTO_TEST_CASE(hosts_may_have_the_name_of_a_scheme) {
  BOOST_TEST(read("redis:6379") == "tcp://redis:6379");
  BOOST_TEST(read("http:80") == "tcp://http:80");
}

BOOST_AUTO_TEST_CASE(socat_is_understood_in_either_case) {
  BOOST_TEST(read("TCP:host:80") == "tcp://host:80");
  BOOST_TEST(read("tcp:host:80") == "tcp://host:80");
  BOOST_TEST(read("TCP4:host:80") == "tcp4://host:80");
  BOOST_TEST(read("TCP-CONNECT:host:80") == "tcp://host:80");
  BOOST_TEST(read("TCP-LISTEN:80") == "tcp-listen://127.0.0.1:80");
  BOOST_TEST(read("TCP6-L:80") == "tcp6-listen://[::1]:80");
  BOOST_TEST(read("UDP:host:53") == "udp://host:53");
  BOOST_TEST(read("UDP-LISTEN:53") == "udp-listen://127.0.0.1:53");
  BOOST_TEST(read("UNIX-CONNECT:/run/x") == "unix:///run/x");
  BOOST_TEST(read("UNIX-LISTEN:/run/x,mode=600,unlink-early") ==
             "unix-listen:///run/x?mode=0600&unlink=1");
  BOOST_TEST(read("ABSTRACT-CONNECT:n") == "abstract://n");
  BOOST_TEST(read("TCP-LISTEN:80,bind=10.0.0.1,backlog=7") == "tcp-listen://10.0.0.1:80?backlog=7");
  BOOST_TEST(read("TCP-LISTEN:80,bind=[::1]") == "tcp-listen://[::1]:80");
  BOOST_TEST(problem("TCP-LISTEN:80,magic") == "unknown option 'magic'");
  BOOST_TEST(problem("TCP:h:80,bind=x") == "option 'bind' is only for listening; use --source");
  BOOST_TEST(problem("tcp://h:80?bind=x") == "option 'bind' is only for listening; use --source");
  BOOST_TEST(problem("UNIX-CONNECT:/x,bind=/y") == "unknown option 'bind'");
}

BOOST_AUTO_TEST_CASE(options_of_socat_without_a_meaning_here_are_told) {
  const auto e = Endpoint::parse("TCP-LISTEN:80,fork,reuseaddr=1");
  BOOST_TEST((e.ignored_options() == std::vector<std::string>{"fork", "reuseaddr=1"}));
  BOOST_TEST((e == Endpoint::parse("tcp-l://:80")));
}

BOOST_AUTO_TEST_CASE(the_address_is_shown_without_the_role) {
  const auto e = Endpoint::parse("unix-l:///run/x?mode=0600");
  BOOST_TEST(e.to_string() == "unix:///run/x");
  BOOST_TEST(e.short_name() == "/run/x");
  BOOST_TEST(Endpoint::parse("tcp-l://:80").to_string() == "tcp://127.0.0.1:80");
  BOOST_TEST(Endpoint::parse("[::1]:80").short_name() == "[::1]:80");
  BOOST_TEST(Endpoint::parse("@n").short_name() == "@n");
}

BOOST_AUTO_TEST_CASE(another_port_or_role_makes_another_endpoint) {
  const auto e = Endpoint::parse("h:0");
  BOOST_TEST(e.with_port(80).url() == "tcp://h:80");
  BOOST_TEST(e.with_listen().url() == "tcp-listen://h:0");
  BOOST_TEST(e.with_listen().with_listen(false).url() == "tcp://h:0");
  BOOST_TEST((e.with_port(80) > e));
  BOOST_TEST((e.with_listen() != e));
  BOOST_TEST((Endpoint::parse("/x").with_port(80) == Endpoint::parse("/x")));
  BOOST_TEST((Endpoint::parse("/x").with_host("h") == Endpoint::parse("/x")));
  BOOST_TEST(Endpoint::parse("tls-l://h:1?cert=c").with_host("[::1]").url() ==
             "tls-listen://[::1]:1?cert=c");
}

BOOST_AUTO_TEST_CASE(they_are_made_from_parts_too) {
  BOOST_TEST(Endpoint::of(Transport::udp, "localhost", 53).url() == "udp://localhost:53");
  BOOST_TEST(Endpoint::of(Transport::tcp, "[::1]", 80).url() == "tcp://[::1]:80");
  BOOST_TEST(Endpoint::of(Transport::tcp, "::1", 80).url() == "tcp://[::1]:80");
  BOOST_TEST(Endpoint::of(Transport::tcp, asio::ip::address_v4::loopback(), 80).url() ==
             "tcp://127.0.0.1:80");
  BOOST_TEST(Endpoint::unix_path("@n").url() == "abstract://n");
  BOOST_TEST(Endpoint::unix_path("x", Transport::unix_datagram).url() == "unixgram://x");
  BOOST_CHECK_THROW(static_cast<void>(Endpoint::of(Transport::tcp, "a b", 80)), BadEndpoint);
  BOOST_CHECK_THROW(static_cast<void>(Endpoint::of(Transport::unix_stream, "a", 80)), BadEndpoint);
  BOOST_CHECK_THROW(static_cast<void>(Endpoint::unix_path("x", Transport::tcp)), BadEndpoint);
}

// Whatever mixture of plausible pieces is accepted comes back from its own URL.
BOOST_AUTO_TEST_CASE(an_endpoint_comes_back_from_its_url) {
  const std::array<const char*, 66> pieces = {
      "exec",    "sh",        "file",     "text",      "fd",         "stdio",       "systemd",
      "echo",    "wss",       "socks5",   "connect",   "user:pw@",   "path=/a%3Fb", "target=h:1",
      "append",  "'",         "/chat",    "STDIN",     "EXEC:",      "OPENSSL",

      "tcp",     "tcp4",      "udp6",     "unix",      "unixpacket", "abstract",    "-l",
      "-listen", "://",       ":",        "[",         "]",          "::1",         "fe80::1",
      "%25eth0", "%",         "%40",      "%20",       "@",          "*",           "host",
      "A.b",     "127.0.0.1", "0",        "80",        "65535",      "65536",       "/",
      "./",      "x y",       "?",        "mode=0600", "unlink",     "idle=5s",     "&",
      ",fork",   "#",         "\xc3\xa9", "=",         ",",          "backlog=9",   "ws",
      "+",       "bind=*",    "tls",      "cert=x"};
  std::mt19937 random(1);
  int accepted = 0;
  for (int i = 0; i < 200'000; ++i) {
    std::string text;
    for (auto n = 1 + random() % 7; n > 0; --n) text += pieces[random() % pieces.size()];
    try {
      const auto e = Endpoint::parse(text);
      ++accepted;
      BOOST_TEST_REQUIRE((Endpoint::parse(e.url()) == e), text << " became " << e.url());
      BOOST_TEST_REQUIRE(Endpoint::parse(e.url()).url() == e.url());
      BOOST_TEST_REQUIRE(Endpoint::parse(e.to_string()).to_string() == e.to_string());
      BOOST_TEST_REQUIRE((Endpoint::parse(e.to_string()).transport() == e.transport()));
    } catch (const BadEndpoint&) {
    }
  }
  BOOST_TEST(accepted > 10'000);
}

BOOST_AUTO_TEST_CASE(tls_has_options_of_its_own) {
  const Endpoint server = Endpoint::parse("tls-l://:443?key=b.pem&cert=/etc/a%20b%26c.pem");
  BOOST_TEST(server.option("cert").value() == "/etc/a b&c.pem");
  BOOST_TEST(server.option("key").value() == "b.pem");
  BOOST_TEST(server.url() == "tls-listen://127.0.0.1:443?cert=/etc/a%20b%26c.pem&key=b.pem");
  BOOST_TEST((Endpoint::parse(server.url()) == server));
  const Endpoint client = Endpoint::parse("tls://10.0.0.1:443?cacert=ca.pem&sni=example.org");
  BOOST_TEST(client.option("sni").value() == "example.org");
  BOOST_TEST(problem("tls://:443?key=b.pem") == "option 'key' needs 'cert'");
  BOOST_TEST(problem("tls://:443?cert=") == "option 'cert' must be a file, not ''");
  BOOST_TEST(problem("tcp://:443?cert=a") == "option 'cert' makes no sense for tcp");
  BOOST_TEST(problem("tls-l://:443?sni=a") == "option 'sni' is only for connecting");
}

BOOST_AUTO_TEST_SUITE_END()
