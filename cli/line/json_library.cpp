// Boost.JSON, which is headers alone: compiled here, once.

#include <boost/json/src.hpp>
