#include "gnet/http/multipart.h"

#include <boost/test/unit_test.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "gnet/http/content_disposition.h"
#include "gnet/http/media_type.h"

BOOST_AUTO_TEST_SUITE(multipart)

using gnet::http::MediaType;
using gnet::http::MultipartError;
using gnet::http::MultipartEvent;
using gnet::http::MultipartPlan;
using gnet::http::MultipartReader;

namespace {

// What a reader made of pieces, one line an event; data that comes in a row is one.
class Record {
 public:
  explicit Record(MultipartReader::Limits limits = {}) : reader_("b", limits) {}

  void feed(std::string_view input) {
    for (;;) {
      const MultipartEvent event = reader_.next(input);
      if (event == MultipartEvent::more) return;
      note(event);
    }
  }

  std::string finish() {
    reader_.finish();
    return out_;
  }

 private:
  void note(MultipartEvent event) {
    if (event == MultipartEvent::part_begin) {
      out_ += '<' + reader_.part().name.value_or("") + ',' +
              reader_.part().file_name.value_or("-") + '>';
    }
    if (event == MultipartEvent::data) out_ += reader_.data();
    if (event == MultipartEvent::part_end) out_ += "</>";
    if (event == MultipartEvent::end) out_ += '.';
  }

  MultipartReader reader_;
  std::string out_;
};

std::string read_pieces(std::string_view body, const std::vector<std::size_t>& cuts,
                        MultipartReader::Limits limits = {}) {
  try {
    Record record(limits);
    std::size_t begin = 0;
    for (const std::size_t cut : cuts) {
      // A copy, of its own size, so that a view that is kept too long is noticed.
      record.feed(std::string(body.substr(begin, cut - begin)));
      begin = cut;
    }
    record.feed(std::string(body.substr(begin)));
    return record.finish();
  } catch (const MultipartError& error) {
    return error.what();
  }
}

std::string read(std::string_view body, MultipartReader::Limits limits = {}) {
  return read_pieces(body, {}, limits);
}

constexpr std::string_view kField = "--b\r\nContent-Disposition: form-data; name=\"f\"\r\n\r\n";

std::string error(std::string_view reason) {
  return "a body of several parts: " + std::string(reason);
}

const std::vector<std::string> kBodies{
    "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nvalue\r\n"
    "--b\r\ncontent-disposition: form-data; name=f; filename=\"x y.txt\"\r\n"
    "Content-Type: text/plain\r\n\r\nline\r\nline\r\n\r\n--b--\r\n",
    "preamble\r\n--b\r\n\r\n\r\n--b \t\r\n\r\n\r\r\n\r\n-\r\n--\r\n--c\r\n--b--epilogue\r\n--b\r\n",
    "--b--",
    "\r\n--b\r\n\r\n--b\r\nX: y\r\n\r\n--b--",  // parts without data, and without its line end
    "--b\r\n\r\n--c\r\n--bee",                  // something else follows
    "--b\r\n\r\n" + std::string(300, '\r') + "\r\n--b--",
    "--b\r\nX:\x01\r\n\r\n",
    "--b\nX: y\n\n--b--",
    "--b\r\n\r\ncut short",
};

}  // namespace

BOOST_AUTO_TEST_CASE(a_form_has_fields_and_files) {
  BOOST_TEST(read(kBodies[0]) == "<a,->value</><f,x y.txt>line\r\nline\r\n</>.");
}

BOOST_AUTO_TEST_CASE(only_whole_boundaries_end_a_part) {
  BOOST_TEST(read(kBodies[1]) == "<,-></><,->\r\r\n\r\n-\r\n--\r\n--c</>.");
  BOOST_TEST(read(kBodies[5]) == "<,->" + std::string(300, '\r') + "</>.");
}

BOOST_AUTO_TEST_CASE(there_may_be_no_parts_and_no_data) {
  BOOST_TEST(read(kBodies[2]) == ".");
  BOOST_TEST(read(kBodies[3]) == "<,-></><,-></>.");
  BOOST_TEST(read(std::string(kField) + "\r\n--b--") == "<f,-></>.");
}

BOOST_AUTO_TEST_CASE(how_it_is_split_makes_no_difference) {
  for (const std::string& body : kBodies) {
    const std::string whole = read(body);
    std::vector<std::size_t> every;
    for (std::size_t cut = 1; cut < body.size(); ++cut) {
      every.push_back(cut);
      BOOST_TEST(read_pieces(body, {cut}) == whole);
    }
    BOOST_TEST(read_pieces(body, every) == whole);
  }
}

BOOST_AUTO_TEST_CASE(what_is_malformed_is_refused) {
  BOOST_TEST(read(kBodies[4]) == error("something else follows a boundary"));
  BOOST_TEST(read("--b-x") == error("something else follows a boundary"));
  BOOST_TEST(read("--b\nx") == error("something else follows a boundary"));
  BOOST_TEST(read("--b\r\r\n") == error("something else follows a boundary"));
  BOOST_TEST(read("--b x\r\n") == error("something else follows a boundary"));
  BOOST_TEST(read("--b\r\nX : y\r\n\r\n") == error("a line of a part's header that is no field"));
  BOOST_TEST(read("--b\r\nX\r\n\r\n") == error("a line of a part's header that is no field"));
  BOOST_TEST(read("--b\r\nX: y\r\n z\r\n\r\n") ==
             error("a line of a part's header that is no field"));
  BOOST_TEST(read("--b\r\nX: y\nZ: a\r\n\r\n") == error("a control character in a part's header"));
  BOOST_TEST(read("--b\r\nX: y\rZ: a\r\n\r\n") == error("a control character in a part's header"));
  BOOST_TEST(read("--b\r\nContent-Disposition: form-data; name\r\n\r\n") ==
             error("a Content-Disposition that is malformed"));
}

BOOST_AUTO_TEST_CASE(what_is_cut_short_is_noticed) {
  const std::string body = kBodies[0].substr(0, kBodies[0].size() - 2);
  for (std::size_t size = 0; size < body.size(); ++size) {
    BOOST_TEST(read(body.substr(0, size)) == error("it ends before its last boundary"));
  }
  BOOST_TEST(read(body).ends_with('.'));
}

BOOST_AUTO_TEST_CASE(headers_and_parts_are_bounded) {
  const auto body = [](std::size_t size) {
    return "--b\r\nX: " + std::string(size - 5, 'y') + "\r\n\r\n\r\n--b--";
  };
  BOOST_TEST(read(body(100), {.header = 100}) == "<,-></>.");
  const std::string too_long = error("a part's header is longer than 100 bytes");
  BOOST_TEST(read(body(101), {.header = 100}) == too_long);
  BOOST_TEST(read("--b\r\nX: " + std::string(1000, 'y'), {.header = 100}) == too_long);
  const std::string two = "--b\r\n\r\n\r\n--b\r\n\r\n\r\n--b--";
  BOOST_TEST(read(two, {.parts = 2}) == "<,-></><,-></>.");
  BOOST_TEST(read(two, {.parts = 1}) == error("more than 1 parts"));
}

BOOST_AUTO_TEST_CASE(data_that_lies_whole_in_the_input_is_not_copied) {
  MultipartReader reader("b");
  const std::string body = std::string(kField) + "data\r\n--b--";
  std::string_view input = body;
  BOOST_TEST((reader.next(input) == MultipartEvent::part_begin));
  BOOST_TEST((reader.next(input) == MultipartEvent::data));
  BOOST_TEST(reader.data().data() == body.data() + kField.size());
  BOOST_TEST(reader.data() == "data");
}

BOOST_AUTO_TEST_CASE(a_part_has_its_fields) {
  MultipartReader reader("b");
  std::string_view input = "--b\r\nContent-Type:  text/plain \r\nX-A: 1\r\nx-a: 2\r\n\r\n";
  BOOST_TEST((reader.next(input) == MultipartEvent::part_begin));
  BOOST_TEST(reader.part().fields.size() == 3U);
  BOOST_TEST(reader.part().field("content-type").value() == "text/plain");
  BOOST_TEST(reader.part().field("x-a").value() == "1");
  BOOST_TEST(!reader.part().field("X-A").has_value());
  BOOST_TEST(!reader.part().name.has_value());
}

BOOST_AUTO_TEST_CASE(a_type_has_a_boundary) {
  const auto boundary = [](std::string_view text) {
    return multipart_boundary(MediaType::parse(text).value()).value_or("none");
  };
  BOOST_TEST(boundary("multipart/form-data; boundary=----WebKitFormBoundaryX") ==
             "----WebKitFormBoundaryX");
  BOOST_TEST(boundary("multipart/byteranges; boundary=\"a b\"") == "a b");
  for (const std::string& text :
       {std::string("multipart/form-data"), std::string("multipart/form-data; boundary=\"\""),
        std::string("multipart/form-data; boundary=\"a \""),
        std::string("multipart/form-data; boundary=a*b"), std::string("text/plain; boundary=a"),
        "multipart/form-data; boundary=" + std::string(71, 'a')}) {
    BOOST_TEST(boundary(text) == "none", text);
  }
  BOOST_CHECK_THROW(MultipartReader reader("a\r\nb"), std::invalid_argument);
  BOOST_CHECK_THROW(MultipartPlan plan(""), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(a_plan_knows_its_length_and_is_read_back) {
  MultipartPlan plan("b");
  plan.add({{"Content-Disposition", gnet::http::form_data("a")}}, 5);
  plan.add({{"Content-Disposition", gnet::http::form_data("f", "x\"\r\ny")},
            {"Content-Type", "text/plain"}},
           0);
  const std::string body = plan.head(0) + "value" + plan.head(1) + plan.tail();
  BOOST_TEST(plan.length() == body.size());
  BOOST_TEST(read(body) == "<a,->value</><f,x%22%0D%0Ay></>.");
  BOOST_TEST(plan.content_type("form-data") == "multipart/form-data; boundary=b");
  BOOST_TEST(MultipartPlan("a b").content_type("byteranges") ==
             "multipart/byteranges; boundary=\"a b\"");
}

BOOST_AUTO_TEST_CASE(a_plan_without_parts_is_read_back) {
  const MultipartPlan plan("b");
  BOOST_TEST(plan.length() == plan.tail().size());
  BOOST_TEST(read(plan.tail()) == ".");
}

BOOST_AUTO_TEST_CASE(no_field_can_be_two) {
  MultipartPlan plan("b");
  BOOST_CHECK_THROW(plan.add({{"X", "a\r\nY: b"}}, 0), std::invalid_argument);
  BOOST_CHECK_THROW(plan.add({{"X\r\nY", "a"}}, 0), std::invalid_argument);
  BOOST_CHECK_THROW(plan.add({{"", "a"}}, 0), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(each_boundary_is_another) {
  const std::string boundary = gnet::http::make_boundary();
  BOOST_TEST(boundary.size() == 37U);
  BOOST_TEST(boundary != gnet::http::make_boundary());
  BOOST_CHECK_NO_THROW(MultipartReader reader(boundary));
}

BOOST_AUTO_TEST_SUITE_END()
