// A doubly linked list whose links live in its elements.
//
// Linking and unlinking neither allocate nor search, an element can unlink
// itself without knowing its list, and an element that is destroyed while it is
// linked unlinks itself. An element is in at most one list per hook.
//
//   struct Job : gnet::ListHook { int id; };
//   gnet::IntrusiveList<Job> jobs;
//   jobs.push_back(job);
//
// Threads: none of it is synchronised.

#pragma once

#include <cstddef>

namespace gnet {

class ListHook {
 public:
  ListHook() noexcept = default;
  ListHook(const ListHook&) = delete;
  ListHook& operator=(const ListHook&) = delete;
  ~ListHook() { unlink(); }

  [[nodiscard]] bool is_linked() const noexcept { return next_ != nullptr; }

  // Leaves the list; does nothing when not linked.
  void unlink() noexcept {
    if (next_ == nullptr) return;
    next_->previous_ = previous_;
    previous_->next_ = next_;
    next_ = previous_ = nullptr;
  }

 private:
  template <typename, typename>
  friend class IntrusiveList;

  ListHook* next_ = nullptr;
  ListHook* previous_ = nullptr;
};

// `Hook` is a base class of T derived from ListHook; give different hooks
// different types when an element is in several lists at once.
template <typename T, typename Hook = ListHook>
class IntrusiveList {
 public:
  IntrusiveList() noexcept { head_.next_ = head_.previous_ = &head_; }
  IntrusiveList(const IntrusiveList&) = delete;
  IntrusiveList& operator=(const IntrusiveList&) = delete;
  ~IntrusiveList() {
    while (!empty()) head_.next_->unlink();
  }

  [[nodiscard]] bool empty() const noexcept { return head_.next_ == &head_; }

  [[nodiscard]] T& front() noexcept { return *element(head_.next_); }

  // The element behind `item`, which is linked, or behind none; null at the end.
  [[nodiscard]] T* next(T* item) noexcept {
    ListHook* const hook =
        item == nullptr ? head_.next_ : static_cast<Hook&>(*item).ListHook::next_;
    return hook == &head_ ? nullptr : element(hook);
  }

  void push_back(T& item) noexcept {
    ListHook& hook = hook_of(item);
    hook.next_ = &head_;
    hook.previous_ = head_.previous_;
    head_.previous_->next_ = &hook;
    head_.previous_ = &hook;
  }

  void push_front(T& item) noexcept {
    ListHook& hook = hook_of(item);
    hook.next_ = head_.next_;
    hook.previous_ = &head_;
    head_.next_->previous_ = &hook;
    head_.next_ = &hook;
  }

  // Unlinks and returns the first element, or null.
  T* pop_front() noexcept {
    if (empty()) return nullptr;
    T* item = element(head_.next_);
    head_.next_->unlink();
    return item;
  }

  // Moves every element of `other` to the end of this list, in order.
  void take_all(IntrusiveList& other) noexcept {
    if (other.empty()) return;
    ListHook* first = other.head_.next_;
    ListHook* last = other.head_.previous_;
    first->previous_ = head_.previous_;
    head_.previous_->next_ = first;
    last->next_ = &head_;
    head_.previous_ = last;
    other.head_.next_ = other.head_.previous_ = &other.head_;
  }

  // Calls f(T&) for each element; f may unlink the element that it is given.
  template <typename F>
  void for_each(F&& f) {
    for (ListHook* hook = head_.next_; hook != &head_;) {
      ListHook* next = hook->next_;
      f(*element(hook));
      hook = next;
    }
  }

  // Counts by walking: for diagnostics.
  [[nodiscard]] std::size_t size() const noexcept {
    std::size_t count = 0;
    for (const ListHook* hook = head_.next_; hook != &head_; hook = hook->next_) ++count;
    return count;
  }

 private:
  // An element may lie on a stack, and unlinks itself when it goes. GCC cannot see that, and warns
  // of a dangling link, unless it cannot see either where the element lies.
  static ListHook& hook_of(T& item) noexcept {
    ListHook* hook = &static_cast<Hook&>(item);
    asm("" : "+r"(hook));
    return *hook;
  }

  static T* element(ListHook* hook) noexcept { return static_cast<T*>(static_cast<Hook*>(hook)); }

  ListHook head_;
};

}  // namespace gnet
