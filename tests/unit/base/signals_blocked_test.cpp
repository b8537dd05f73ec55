#include "gnet/base/signals_blocked.h"

#include <boost/test/unit_test.hpp>
#include <future>

#include "gnet/base/background_thread.h"

BOOST_AUTO_TEST_SUITE(signals_blocked)

using gnet::detail::SignalsBlocked;

namespace {

bool blocked_here(int signal) {
  sigset_t mask;
  pthread_sigmask(SIG_SETMASK, nullptr, &mask);
  return sigismember(&mask, signal) == 1;
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_mask_is_afterwards_what_it_was) {
  {
    const SignalsBlocked blocked;
    BOOST_TEST(blocked_here(SIGTERM));
    BOOST_TEST(!blocked_here(SIGSEGV));
    {
      const auto all = SignalsBlocked::and_faults();
      BOOST_TEST(blocked_here(SIGTERM));
      BOOST_TEST(blocked_here(SIGSEGV));
    }
    BOOST_TEST(blocked_here(SIGTERM));
    BOOST_TEST(!blocked_here(SIGSEGV));
  }
  BOOST_TEST(!blocked_here(SIGTERM));
}

BOOST_AUTO_TEST_CASE(a_background_thread_has_its_own_faults_handled) {
  std::promise<bool> term;
  std::promise<bool> fault;
  BOOST_TEST(gnet::detail::start_background_thread("test", 64 * 1024, [&] {
    term.set_value(blocked_here(SIGTERM));
    fault.set_value(blocked_here(SIGSEGV));
  }));
  BOOST_TEST(term.get_future().get());
  BOOST_TEST(!fault.get_future().get());
}

BOOST_AUTO_TEST_SUITE_END()
